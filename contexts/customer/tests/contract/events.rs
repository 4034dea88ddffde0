//! What we publish is what the golden files say, and they are what their schemas say.

use std::sync::Arc;

use chassis::messaging::Record;
use chassis::messaging::memory::MemoryRecorder;
use chassis::testing::{CountingIds, FixedClock};
use customer::adapters::outbound::publish::published;
use customer::domain::{Customer, CustomerEvent};
use customer::testing::{a_customer, an_address};
use shared_kernel::{Envelope, Role};

use crate::golden::{assert_golden, read};

fn life() -> Vec<CustomerEvent> {
    let (customer, mut life) = Customer::register(a_customer().parts());
    let steps = [
        customer.clone().verify().1,
        customer.clone().edit_profile(a_customer().named("Aroha", "Parata").parts().name, Some(an_address())).1,
        customer.clone().change_password(customer.password().clone()).1,
        customer.clone().change_role(Role::Staff, None).unwrap().1,
        customer.clone().erase(customer.registered_at()).unwrap().1,
    ];
    life.extend(steps.into_iter().flatten());
    life
}

fn envelopes() -> Vec<Envelope> {
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let recorder = MemoryRecorder::new("customer", clock, Arc::new(CountingIds::default()));
    let events = life().iter().filter_map(published).collect();
    recorder.record(Record { cause: None, events, tasks: vec![] }).unwrap();
    recorder.events()
}

const PROMISED: [&str; 4] = [
    "store.customer.registered.v1",
    "store.customer.verified.v1",
    "store.customer.profile_changed.v1",
    "store.customer.erased.v1",
];

#[test]
fn we_still_publish_what_we_promised() {
    let envelopes = envelopes();
    let types: Vec<&str> = envelopes.iter().map(|envelope| envelope.event_type.as_str()).collect();
    assert_eq!(types, PROMISED);
    for envelope in &envelopes {
        let json = serde_json::to_value(envelope).unwrap();
        assert_golden(&format!("events/{}.json", envelope.event_type), &json);
    }
}

#[test]
fn every_event_keeps_to_its_schema() {
    for name in PROMISED {
        let schema = jsonschema::validator_for(&read(&format!("events/{name}.schema.json"))).unwrap();
        let golden: Envelope = serde_json::from_value(read(&format!("events/{name}.json"))).unwrap();
        let wrong: Vec<String> = schema.iter_errors(&golden.data).map(|error| error.to_string()).collect();
        assert_eq!(wrong, [""; 0], "{name}");
        assert!(!schema.is_valid(&serde_json::json!({})), "{name}: the schema must demand something");
    }
}

#[test]
fn nothing_secret_is_published() {
    let told = serde_json::to_string(&envelopes()).unwrap();
    for secret in ["password", "plain:", "role", "token", "Parata"] {
        assert!(!told.contains(secret), "{secret} is in {told}");
    }
}
