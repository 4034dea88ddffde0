//! What the security log says of decisions about dead letters, taken on a page or by the API.

use chassis::security::{SecurityEvent, SecurityTrail};

use crate::peers::{Decision, letter_name};

/// Notes what was decided about a dead letter; nothing if there was none.
pub(crate) async fn note_decision(trail: &SecurityTrail, letter: &str, decision: Decision, found: bool) {
    let event = match decision {
        Decision::Retry => SecurityEvent::DeadLetterRetried,
        Decision::Discard => SecurityEvent::DeadLetterDiscarded,
    };
    if found {
        trail.note(event, &letter_name(letter).unwrap_or_default()).await;
    }
}
