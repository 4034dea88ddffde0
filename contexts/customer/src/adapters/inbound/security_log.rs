//! What of this context goes into the security log.

use chassis::security::{SecurityEvent, SecurityTrail};

use crate::application::{LogInError, LoggedIn, RoleChange};

/// How a login went. What was typed as address is not noted: people type their password there.
pub(super) async fn note_login(trail: &SecurityTrail, outcome: &Result<LoggedIn, LogInError>) {
    let of = |id: &dyn ToString| format!("customer/{}", id.to_string());
    match outcome {
        Ok(session) => trail.note_as(session.customer.id(), SecurityEvent::LoggedIn, "").await,
        Err(LogInError::WrongCredentials(account)) => {
            let subject = account.map_or_else(String::new, |id| of(&id));
            trail.note(SecurityEvent::LoginFailed, &subject).await;
        }
        Err(LogInError::WrongCode(id)) => trail.note(SecurityEvent::CodeFailed, &of(id)).await,
        Err(LogInError::Delayed(_)) => trail.note(SecurityEvent::LoginDelayed, "").await,
        Err(LogInError::CodeNeeded(_) | LogInError::ChallengeOver | LogInError::Hashing(_) | LogInError::Store(_)) => {}
    }
}

/// Who may do what from now on; nothing if they might before.
pub(super) async fn note_role(trail: &SecurityTrail, change: &RoleChange) {
    let RoleChange { customer, changed } = change;
    if *changed {
        let subject = format!("customer/{} is {}", customer.id(), customer.role().name());
        trail.note(SecurityEvent::RoleChanged, &subject).await;
    }
}
