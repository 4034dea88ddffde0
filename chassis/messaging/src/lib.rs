//! How facts travel: at least once on the way, exactly once in effect.
//!
//! ```text
//! use case -> store.commit( aggregate + Record{events, tasks, cause} )       one transaction     recorder
//!               outbox -> Relay (one per destination, own progress) -> EventBus                   relay, bus
//!                                       -> inbox of the subscriber (duplicates fall out)          inbox
//!                                            -> Worker: claim, run handler, settle                worker
//!                                                 handler -> use case -> store.commit( .., cause )
//! ```
//! A lane is (consumer, source, subject). Within a lane messages keep their order; a message that fails holds back its
//! lane only, is retried with growing pauses, and at last becomes a dead letter that an operator retries or discards.
//! Work on the outside world (mail, the payment provider) is a *task*: a message that a context leaves in its own inbox
//! in the transaction that decides it, handled by the same worker under the same rules.
//!
//! The engine is written over small traits, [`Outbox`] and the three roles of an inbox ([`Inbox`], [`WorkQueue`],
//! [`InboxAdmin`]), which SQL and memory implement; the simulation
//! in `tests/messaging/simulation.rs` drives it through thousands of seeded crashes, duplicates and reorderings.

#![warn(unreachable_pub)]

mod audit;
mod bus;
mod dead_letters;
mod desk;
mod dialect;
mod engine;
mod flow;
mod gauges;
mod handled;
mod inbox;
mod jetstream;
mod job;
mod lease;
mod outbox;
mod published_event;
mod recent;
mod recorder;
mod redact;
mod relay;
mod replay;
mod retry;
mod scrub;
mod spans;
mod sql;
mod subscription;
mod times;
mod worker;

#[cfg(any(test, feature = "testing"))]
pub mod memory;

pub use audit::{AuditSink, audit, each_record, send_records};
pub use bus::InProcessBus;
pub use dead_letters::{DeadLetter, DeadLetters};
pub use desk::{Desk, Handed};
pub use engine::{ContextEngine, Engine, Transport};
pub use flow::{ConsumerFlow, FLOW_WINDOW, Flow, Rate, flow};
pub use handled::HandledMessages;
pub use inbox::{Claim, DeadLetterId, Inbox, InboxAdmin, InboxCounts, Settlement, WorkQueue};
pub use jetstream::{Access, JetStream, JetStreamBus, JetStreamRefused, JetStreamSettings};
pub use job::Job;
pub use lease::Lease;
pub use outbox::{Outbox, OutboxRow, Progress};
pub use published_event::PublishedEvent;
pub use recorder::{Record, Recorder, TaskDraft, first_traceparent};
pub use relay::Relay;
pub use replay::{Replay, ReplayError};
pub use retry::RetryPolicy;
pub use scrub::{ERASED, Redact, erase_fields, scrub};
pub use sql::SqlMessages;
pub use subscription::{Delivery, Failure, Handled, Handler, Rebuild, Subscription};
pub use worker::Worker;
