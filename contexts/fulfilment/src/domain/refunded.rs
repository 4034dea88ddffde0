//! How much of an order's money went back, as far as a packer has to know.

/// How much of an order's money went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunded {
    /// Some of it.
    Partly,
    /// All of it.
    Whole,
    /// Some or all of it: the order was paid before this was written down.
    Unknown,
}

impl Refunded {
    /// What `refunded` of `paid` (minor units; `None` if unknown) comes to; `None` when nothing went back.
    pub fn of(paid: Option<i64>, refunded: i64) -> Option<Self> {
        match paid {
            _ if refunded <= 0 => None,
            None => Some(Self::Unknown),
            Some(paid) if refunded >= paid => Some(Self::Whole),
            Some(_) => Some(Self::Partly),
        }
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Partly => "partly",
            Self::Whole => "whole",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_back_is_compared_with_what_was_paid() {
        assert_eq!(Refunded::of(Some(100), 0), None);
        assert_eq!(Refunded::of(Some(100), 99), Some(Refunded::Partly));
        assert_eq!(Refunded::of(Some(100), 100), Some(Refunded::Whole));
        assert_eq!(Refunded::of(None, 1), Some(Refunded::Unknown));
        assert_eq!(Refunded::of(None, 0), None);
    }
}
