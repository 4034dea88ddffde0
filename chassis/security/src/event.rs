//! What the security log tells of.

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityEvent {
    LoggedIn,
    LoggedOut,
    /// A wrong password or an unknown address.
    LoginFailed,
    /// The password was right and the code of the second factor was not.
    CodeFailed,
    /// Too many failures: not even looked at.
    LoginDelayed,
    /// The user has entered the password again.
    Confirmed,
    /// The user has failed to enter the password again.
    ConfirmationFailed,
    /// Sessions were ended by their owner or an administrator.
    SessionsEnded,
    /// The owner has changed the password.
    PasswordChanged,
    /// The password was replaced by way of a mailed link.
    PasswordReset,
    /// A second factor was turned on.
    SecondFactorOn,
    /// A second factor was turned off.
    SecondFactorOff,
    RoleChanged,
    /// An API key was made.
    KeyMade,
    /// An API key was withdrawn.
    KeyWithdrawn,
    /// An account was erased.
    Erased,
    /// Money is to be given back.
    RefundRequested,
    /// Data was taken out of the shop as a file.
    Exported,
    /// Data was brought into the shop as a file.
    Imported,
    /// A file was checked, and nothing of it was brought in.
    ImportPreviewed,
    /// What an import has changed was taken back.
    ImportReverted,
    /// A dead letter is to be tried again.
    DeadLetterRetried,
    /// A dead letter was given up.
    DeadLetterDiscarded,
    /// A read model is built again.
    ReplayStarted,
    /// Any other change by staff.
    StaffChange,
    /// A change by staff was refused, or done only in part.
    StaffChangeRefused,
    /// A user asked for something that their role does not allow.
    AccessDenied,
    /// A form that none of our pages has sent.
    FormForged,
    /// A webhook whose signature is wrong.
    WebhookForged,
    /// Too many requests.
    RateLimited,
}

impl SecurityEvent {
    /// Its name in logs, rows and answers; never changed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoggedIn => "login",
            Self::LoggedOut => "logout",
            Self::LoginFailed => "login-failed",
            Self::CodeFailed => "code-failed",
            Self::LoginDelayed => "login-delayed",
            Self::Confirmed => "confirmed",
            Self::ConfirmationFailed => "confirmation-failed",
            Self::SessionsEnded => "sessions-ended",
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::SecondFactorOn => "second-factor-on",
            Self::SecondFactorOff => "second-factor-off",
            Self::RoleChanged => "role-changed",
            Self::KeyMade => "api-key-made",
            Self::KeyWithdrawn => "api-key-withdrawn",
            Self::Erased => "account-erased",
            Self::RefundRequested => "refund-requested",
            Self::Exported => "exported",
            Self::Imported => "imported",
            Self::ImportPreviewed => "import-previewed",
            Self::ImportReverted => "import-reverted",
            Self::DeadLetterRetried => "dead-letter-retried",
            Self::DeadLetterDiscarded => "dead-letter-discarded",
            Self::ReplayStarted => "replay-started",
            Self::StaffChange => "staff-change",
            Self::StaffChangeRefused => "staff-change-refused",
            Self::AccessDenied => "access-denied",
            Self::FormForged => "form-forged",
            Self::WebhookForged => "webhook-forged",
            Self::RateLimited => "rate-limited",
        }
    }

    /// Whether outsiders can cause it as often as they like.
    pub const fn can_flood(self) -> bool {
        matches!(
            self,
            Self::LoggedIn
                | Self::LoggedOut
                | Self::LoginFailed
                | Self::CodeFailed
                | Self::LoginDelayed
                | Self::ConfirmationFailed
                | Self::StaffChange
                | Self::StaffChangeRefused
                | Self::AccessDenied
                | Self::FormForged
                | Self::WebhookForged
                | Self::RateLimited
        )
    }
}
