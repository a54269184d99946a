//! What the API's errors mean, told by `error.code` and not by the HTTP status: a limit comes as
//! 400 at times. The codes are those of the Cloud API's own list.

use std::time::Duration;

/// An error by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// Too many messages to this one person: 131056.
    PairLimit,
    /// Too many messages from this number at a time: 130429.
    Throughput,
    /// Too many requests of this app: 4, 80007 and their like.
    AppLimit,
    /// Too many of the number's messages were marked as unwanted: 131048.
    SpamLimit,
    /// The person wrote more than 24 hours ago, and only templates may be sent: 131047.
    OutsideWindow,
    /// The token is wrong, has expired or lacks a permission: 190 and its like.
    Unauthorised,
    /// Something is wrong with the account, such as its payment: an operator has to act.
    Account,
    /// This person can't be reached: 131026 and its like.
    Undeliverable,
    /// The message isn't taken for an id of a person, and the number isn't known: 131062.
    NeedsNumber,
    /// The message or the request isn't taken as it is.
    Invalid,
    /// Something failed on their side, and nothing was sent.
    Transient,
    /// A code that isn't known here.
    Unknown,
}

impl Complaint {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::PairLimit,
        Self::Throughput,
        Self::AppLimit,
        Self::SpamLimit,
        Self::OutsideWindow,
        Self::Unauthorised,
        Self::Account,
        Self::Undeliverable,
        Self::NeedsNumber,
        Self::Invalid,
        Self::Transient,
        Self::Unknown,
    ];

    /// What a code means.
    #[must_use]
    pub fn of_code(code: i64) -> Self {
        match code {
            131_056 => Self::PairLimit,
            130_429 => Self::Throughput,
            4 | 17 | 32 | 613 | 80_007 => Self::AppLimit,
            131_048 => Self::SpamLimit,
            131_047 => Self::OutsideWindow,
            3 | 10 | 190 | 200..=299 | 131_005 => Self::Unauthorised,
            33 | 368 | 130_497 | 131_030 | 131_031 | 131_042 | 131_045 | 133_010 => Self::Account,
            130_472 | 131_021 | 131_026 | 131_049 | 131_050 => Self::Undeliverable,
            131_062 => Self::NeedsNumber,
            100 | 131_008 | 131_009 | 131_051 | 131_052 | 131_053 | 132_000..=132_999 | 135_000 => {
                Self::Invalid
            }
            1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => Self::Transient,
            _ => Self::Unknown,
        }
    }

    /// As a label of a figure, and for logs.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::PairLimit => "pair_limit",
            Self::Throughput => "throughput",
            Self::AppLimit => "app_limit",
            Self::SpamLimit => "spam_limit",
            Self::OutsideWindow => "outside_window",
            Self::Unauthorised => "unauthorised",
            Self::Account => "account",
            Self::Undeliverable => "undeliverable",
            Self::NeedsNumber => "needs_number",
            Self::Invalid => "invalid",
            Self::Transient => "transient",
            Self::Unknown => "unknown",
        }
    }

    /// What an operator is told. What the API itself says may name the customer.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::PairLimit => "too many messages to this person within a short time",
            Self::Throughput => "too many messages from this business number at a time",
            Self::AppLimit => "too many requests of this app",
            Self::SpamLimit => {
                "the business number is limited, since people marked messages as unwanted"
            }
            Self::OutsideWindow => {
                "the customer wrote more than 24 hours ago, and only templates may be sent then"
            }
            Self::Unauthorised => {
                "the access token is wrong, has expired or lacks the permission to send messages"
            }
            Self::Account => {
                "something is wrong with the business account or number; WhatsApp Manager says what"
            }
            Self::Undeliverable => "this person can't be reached by this business number",
            Self::NeedsNumber => {
                "WhatsApp takes this message only for a phone number, and the person is known by an id"
            }
            Self::Invalid => "the API doesn't take the message as it is",
            Self::Transient => "the API failed for the moment",
            Self::Unknown => "the API refused with a code that is not known here",
        }
    }

    /// How long to wait before the next try, where that doesn't depend on what came before.
    pub(crate) fn fixed_wait(self) -> Option<Duration> {
        match self {
            Self::AppLimit | Self::Unauthorised => Some(Duration::from_secs(60)),
            Self::SpamLimit | Self::Account => Some(Duration::from_secs(300)),
            Self::PairLimit
            | Self::Throughput
            | Self::OutsideWindow
            | Self::Undeliverable
            | Self::NeedsNumber
            | Self::Invalid
            | Self::Transient
            | Self::Unknown => None,
        }
    }

    /// Whether the same message may be taken later.
    pub(crate) fn may_pass(self) -> bool {
        match self {
            Self::PairLimit
            | Self::Throughput
            | Self::AppLimit
            | Self::SpamLimit
            | Self::Unauthorised
            | Self::Account
            | Self::Transient => true,
            Self::OutsideWindow
            | Self::Undeliverable
            | Self::NeedsNumber
            | Self::Invalid
            | Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_contract_mean_what_they_say() {
        for (code, complaint, may_pass) in [
            (131_056, Complaint::PairLimit, true),
            (130_429, Complaint::Throughput, true),
            (4, Complaint::AppLimit, true),
            (80_007, Complaint::AppLimit, true),
            (131_048, Complaint::SpamLimit, true),
            (131_047, Complaint::OutsideWindow, false),
            (190, Complaint::Unauthorised, true),
            (131_026, Complaint::Undeliverable, false),
            (131_062, Complaint::NeedsNumber, false),
            (131_051, Complaint::Invalid, false),
            (131_000, Complaint::Transient, true),
            (-7, Complaint::Unknown, false),
        ] {
            assert_eq!(Complaint::of_code(code), complaint, "{code}");
            assert_eq!(complaint.may_pass(), may_pass, "{code}");
        }
    }
}
