//! Which context states which fact, who hears it, and how it goes: what each context tells of itself, and all of it joined.

use std::collections::BTreeMap;

use chassis::messaging::{ConsumerFlow, FLOW_WINDOW, Flow, PublishedEvent, Subscription};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Collected;

/// What one context states and hears.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContextTopology {
    /// The types of facts that it states.
    pub events: Vec<StatedEvent>,
    /// Its consumers: of facts, and of its own tasks.
    pub consumers: Vec<ConsumerState>,
}

/// A type of facts, as the context that states it knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StatedEvent {
    /// Such as `store.order.paid.v1`.
    #[serde(rename = "type")]
    pub name: String,
    /// The context that states it.
    #[schema(example = "order")]
    pub context: String,
    /// The use cases that may state it, by the names of their files.
    #[schema(example = json!(["place_order"]))]
    pub stated_by: Vec<String>,
    /// How often it was stated lately: within `window_seconds`.
    pub stated: u64,
    /// The same as a rate.
    pub per_minute: f64,
}

/// A consumer and how it gets on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsumerState {
    /// As `context/consumer`.
    #[schema(example = "reports/record-sales")]
    pub name: String,
    /// The types of facts that it hears; none if it handles its own context's tasks, or messages from outside.
    pub hears: Vec<String>,
    /// How many messages it has handled lately: within `window_seconds`.
    pub handled: u64,
    /// The same as a rate.
    pub per_minute: f64,
    /// How many attempts beyond each first one that took.
    pub retries: u64,
    /// How many messages wait for it now.
    pub waiting: u64,
    /// How many of them have failed and will be tried again.
    pub retrying: u64,
    /// Since when the oldest of them waits (RFC 3339).
    pub oldest: Option<String>,
    /// How many messages it could not handle: its dead letters.
    pub dead: u64,
}

impl ContextTopology {
    /// Of the context's declarations, its subscriptions as they run, and what its database says.
    pub fn of(context: &str, declared: &[PublishedEvent], subscriptions: &[Subscription], flow: &Flow) -> Self {
        let event = |event: &PublishedEvent| {
            let rate = flow.stated.get(event.event_type).copied().unwrap_or_default();
            StatedEvent {
                name: event.event_type.to_owned(),
                context: context.to_owned(),
                stated_by: event.stated_by.iter().map(|name| (*name).to_owned()).collect(),
                stated: rate.times,
                per_minute: rate.per_minute,
            }
        };
        let consumer = |subscription: &Subscription| {
            let name = subscription.consumer().as_str();
            let state = flow.consumers.get(name).copied().unwrap_or_default();
            ConsumerState::of(format!("{context}/{name}"), subscription, &state)
        };
        Self { events: declared.iter().map(event).collect(), consumers: subscriptions.iter().map(consumer).collect() }
    }
}

impl ConsumerState {
    fn of(name: String, subscription: &Subscription, state: &ConsumerFlow) -> Self {
        Self {
            name,
            hears: subscription.event_types().iter().map(|name| (*name).to_owned()).collect(),
            handled: state.handled.times,
            per_minute: state.handled.per_minute,
            retries: state.retries,
            waiting: state.waiting,
            retrying: state.retrying,
            oldest: state.oldest.map(|since| since.to_string()),
            dead: state.dead,
        }
    }
}

/// The facts of the shop, who hears them, and how that goes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Topology {
    /// What "lately" means: rates are those of the last so many seconds, or of the last 10,000 messages of a context if
    /// those took less time.
    pub window_seconds: u64,
    /// Each type of facts, by the context that states it.
    pub events: Vec<EventRoute>,
    /// Each consumer, by its context.
    pub consumers: Vec<ConsumerState>,
    /// Contexts in other processes that did not answer. What they state and hear is missing.
    pub unreachable: Vec<&'static str>,
}

/// A type of facts and where it goes.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventRoute {
    #[serde(flatten)]
    pub event: StatedEvent,
    /// The consumers that hear it, as `context/consumer`.
    pub heard_by: Vec<String>,
}

impl From<Collected<ContextTopology>> for Topology {
    fn from(all: Collected<ContextTopology>) -> Self {
        let (mut events, mut consumers) = (Vec::new(), Vec::new());
        for context in all.items {
            events.extend(context.events);
            consumers.extend(context.consumers);
        }
        let mut hearers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for consumer in &consumers {
            for event in &consumer.hears {
                hearers.entry(event).or_default().push(consumer.name.clone());
            }
        }
        let route = |event: StatedEvent| {
            let heard_by = hearers.get(event.name.as_str()).cloned().unwrap_or_default();
            EventRoute { event, heard_by }
        };
        let events = events.into_iter().map(route).collect();
        Self { window_seconds: FLOW_WINDOW.as_secs(), events, consumers, unreachable: all.unreachable }
    }
}
