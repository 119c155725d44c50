//! Attempts to log in, and how many of them are let through to the password.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::timestamp::Timestamp;
use super::user::Email;

/// How many attempts for one e-mail address from one network are let through within [`LOGIN_WINDOW`].
pub const MAX_LOGINS_FROM_NETWORK: usize = 5;

/// How many attempts for one e-mail address are let through within [`LOGIN_WINDOW`], from all networks together.
pub const MAX_LOGINS_FROM_ANYWHERE: usize = 50;

/// The time over which attempts are counted.
pub const LOGIN_WINDOW: Duration = Duration::from_mins(15);

/// For how long a user's network stays known after a login from there.
pub const NETWORK_KNOWN_FOR: Duration = Duration::from_hours(30 * 24);

/// An attempt to log in.
#[derive(Debug, Clone, Copy)]
pub struct LoginAttempt<'a> {
    /// Whom the caller claims to be.
    pub email: &'a Email,
    /// Where the call came from.
    pub network: Network,
    /// When it came.
    pub at: Timestamp,
    /// Attempts up to this instant do not count: they are too old, or were guesses at another password.
    pub since: Timestamp,
}

impl<'a> LoginAttempt<'a> {
    /// An attempt to log in as a user whose password was set at `password_set_at`; `None` if the address has no user.
    pub fn new(email: &'a Email, network: Network, at: Timestamp, password_set_at: Option<Timestamp>) -> Self {
        let since = at.minus(LOGIN_WINDOW);
        Self { email, network, at, since: password_set_at.map_or(since, |set| set.max(since)) }
    }
}

/// Whether an attempt is let through to the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginAdmission {
    /// It is. It counts as a failure until it proves to be none.
    Admitted,
    /// It is, although all networks together have no attempts left, because the user has logged in from this one
    /// lately. It counts for its network alone.
    AdmittedAsKnown,
    /// Too many attempts have failed.
    Locked {
        /// When the next one is let through.
        until: Timestamp,
    },
}

/// The network that a call came from, as small as one attacker can be pinned down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Network {
    /// One IPv4 address.
    V4(Ipv4Addr),
    /// The first 64 bits of an IPv6 address, the others being zero: one customer has at least these to choose from.
    V6(Ipv6Addr),
    /// The call does not say where it came from. All such calls count as one network.
    Unknown,
}

impl Network {
    /// The network of an address as API Gateway writes it.
    pub fn of(source_ip: Option<&str>) -> Self {
        // An IPv4 address may come in an IPv6 one, `::ffff:192.0.2.1`. Taken as such, all of them would be one network.
        match source_ip.and_then(|ip| ip.trim().parse::<IpAddr>().ok()).map(|ip| ip.to_canonical()) {
            Some(IpAddr::V4(address)) => Self::V4(address),
            Some(IpAddr::V6(address)) => Self::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
            None => Self::Unknown,
        }
    }
}

impl fmt::Display for Network {
    /// Such as `192.0.2.1` and `2001:db8::/64`; never with a `#`, which keys of items are divided by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(address) => address.fmt(f),
            Self::V6(prefix) => write!(f, "{prefix}/64"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source_ip: &str) -> String {
        Network::of(Some(source_ip)).to_string()
    }

    #[test]
    fn each_ipv4_address_is_a_network_however_it_is_written() {
        for text in ["192.0.2.1", " 192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:0201", "0:0:0:0:0:ffff:c000:201"] {
            assert_eq!(of(text), "192.0.2.1", "{text}");
        }
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_ne!(of("::ffff:192.0.2.1"), of("::ffff:192.0.2.2"));
    }

    #[test]
    fn ipv6_addresses_with_the_same_first_64_bits_are_one_network() {
        for text in ["2001:db8:1:2::", "2001:DB8:1:2::9", "2001:db8:1:2:ffff:ffff:ffff:ffff"] {
            assert_eq!(of(text), "2001:db8:1:2::/64", "{text}");
        }
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
    }

    #[test]
    fn what_is_no_address_is_one_network() {
        for text in ["", "unknown", "192.0.2.1:443", "192.0.2.1, 192.0.2.2", "[::1]", "fe80::1%eth0"] {
            assert_eq!(Network::of(Some(text)), Network::Unknown, "{text}");
        }
        assert_eq!(Network::of(None), Network::Unknown);
    }

    #[test]
    fn attempts_count_for_15_minutes_and_only_if_they_were_guesses_at_the_present_password() {
        let email = "ann@example.com".parse().unwrap();
        let at = Timestamp::from_unix_seconds(10_000);
        let since = |set: Option<i64>| {
            let set = set.map(Timestamp::from_unix_seconds);
            LoginAttempt::new(&email, Network::Unknown, at, set).since.unix_seconds()
        };
        assert_eq!(since(None), 9_100);
        assert_eq!(since(Some(9_099)), 9_100);
        assert_eq!(since(Some(9_500)), 9_500);
    }
}
