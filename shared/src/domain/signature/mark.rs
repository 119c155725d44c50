//! What tells a test, a handshake or an interaction from an event.

/// What tells one kind of call from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The header has this value.
    Header(&'static str, &'static str),
    /// The call does not have this header.
    NoHeader(&'static str),
    /// This text stands at the place in the body.
    Body(&'static str, &'static str),
    /// The text at the place in the body begins like this.
    BodyPrefix(&'static str, &'static str),
    /// The same text stands at both places in the body.
    SameInBody(&'static str, &'static str),
    /// An empty array stands at the place in the body.
    EmptyInBody(&'static str),
    /// Nothing stands at the place in the body.
    NotInBody(&'static str),
    /// The query has this value under the name.
    Query(&'static str, &'static str),
    /// The body is empty.
    NoBody,
}

impl Mark {
    /// The places in the body that tell it.
    pub fn body_places(self) -> impl Iterator<Item = &'static str> {
        let places = match self {
            Self::Header(..) | Self::NoHeader(_) | Self::Query(..) | Self::NoBody => [None, None],
            Self::Body(place, _) | Self::BodyPrefix(place, _) | Self::EmptyInBody(place) | Self::NotInBody(place) => {
                [Some(place), None]
            }
            Self::SameInBody(one, other) => [Some(one), Some(other)],
        };
        places.into_iter().flatten()
    }
}
