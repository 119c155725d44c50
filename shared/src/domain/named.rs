//! Enums whose variants have names.

/// An enum whose variants have names, as the API spells them, and where people read them, words.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal $words:literal),+ $(,)? }) => {
        named_enum! { $(#[$doc])* $name { $($variant = $text),+ } }

        impl $name {
            /// The name as people read it, such as `Virtual host`.
            pub fn in_words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant's name is all there is to say of it")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All of them, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as the API spells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    $crate::domain::Invalid::new(format!("must be one of {}", names.join(", ")))
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use named_enum;
