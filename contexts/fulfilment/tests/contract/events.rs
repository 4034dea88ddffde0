//! The events that this context publishes, each pinned by a golden envelope and a schema.

use std::collections::BTreeSet;

use fulfilment::adapters::outbound::publish::publish;
use fulfilment::domain::{
    Consignment, FulfilmentEvent, Item, ItemState, Kind, NotSent, NotSentReason, StockItem, Units,
};
use fulfilment::testing::{minutes, noon, order, sku};
use serde_json::{Value, json};

use crate::golden::{assert_golden, assert_valid, contract, read};

/// One of each kind.
fn one_of_each() -> Vec<FulfilmentEvent> {
    let (order, at, units) = (order(1), noon(), |units| Units::new(units).unwrap());
    let item = |code: &str, title: &str, kind, count| Item {
        sku: sku(code),
        title: title.to_owned(),
        kind,
        units: units(count),
        from_stock: kind == Kind::Physical,
        mailings: 0,
        state: ItemState::Pending,
    };
    vec![
        FulfilmentEvent::StockReserved { order, until: at.plus(minutes(30)) },
        FulfilmentEvent::StockRejected { order, short: vec![sku("KEA-14-32")] },
        FulfilmentEvent::StockChanged(StockItem::restore(sku("KEA-14-32"), 12, 1, 2).unwrap()),
        FulfilmentEvent::ShippingOrderCreated {
            order,
            items: vec![
                item("KEA-14-32", "Kea Notebook 14 / 32 GB", Kind::Physical, 2),
                item("EB-BIRDS", "Birds of the Alps (e-book)", Kind::Digital, 1),
            ],
        },
        FulfilmentEvent::ItemProcessed {
            order,
            sku: sku("KEA-14-32"),
            kind: Kind::Physical,
            units: units(2),
            consignment: Some(Consignment::parse("NZ Post", Some("NZ123456789")).unwrap()),
            at,
        },
        FulfilmentEvent::ShippingOrderProcessed { order, at, not_sent: None },
        FulfilmentEvent::ShippingOrderCancelled { order },
        FulfilmentEvent::CancellationRefused { order, reason: "an item has already been sent" },
    ]
}

fn envelope(number: usize, event: &FulfilmentEvent) -> Value {
    let draft = publish(event);
    json!({
        "specversion": "1.0",
        "id": format!("01935000-0000-7000-8000-{number:012x}"),
        "source": "/fulfilment",
        "type": draft.event_type,
        "subject": draft.subject,
        "time": noon(),
        "datacontenttype": "application/json",
        "sequence": 1,
        "correlationid": "01935000-0000-7000-8000-0000000000ff",
        "causationid": "01935000-0000-7000-8000-0000000000fe",
        "data": draft.data.unwrap(),
    })
}

#[test]
fn we_still_publish_what_we_promised() {
    for (number, event) in one_of_each().iter().enumerate() {
        let envelope = envelope(number + 1, event);
        let name = envelope["type"].as_str().unwrap().to_owned();
        assert_golden(&contract("fulfilment", &format!("events/{name}.json")), &envelope);
        let schema = read(&contract("fulfilment", &format!("events/{name}.schema.json")));
        assert_valid(&schema, &envelope["data"], &name);
        let mut less = envelope["data"].clone();
        let first = schema["required"][0].as_str().unwrap();
        less.as_object_mut().unwrap().remove(first);
        assert!(!jsonschema::is_valid(&schema, &less), "the schema of {name} promises nothing");
    }
}

#[test]
fn every_promise_has_an_event_and_every_event_a_promise() {
    let published: BTreeSet<String> = one_of_each().iter().map(|event| publish(event).event_type.to_owned()).collect();
    let folder = std::fs::read_dir(contract("fulfilment", "events")).unwrap();
    let files = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
    let promised: BTreeSet<String> = files.map(|file| file.replace(".schema.json", "").replace(".json", "")).collect();
    assert_eq!(published, promised);
}

#[test]
fn what_is_not_sent_is_named_with_the_reason() {
    let item = Item {
        sku: sku("KEA-14-32"),
        title: "Kea Notebook".to_owned(),
        kind: Kind::Physical,
        units: Units::new(2).unwrap(),
        from_stock: true,
        mailings: 0,
        state: ItemState::NotSent { at: noon(), reason: NotSentReason::OutOfStock },
    };
    let not_sent = Some(NotSent { items: vec![item], reason: NotSentReason::OutOfStock });
    let data =
        publish(&FulfilmentEvent::ShippingOrderProcessed { order: order(1), at: noon(), not_sent }).data.unwrap();
    let expected = json!([{"sku": "KEA-14-32", "kind": "physical", "quantity": 2}]);
    assert_eq!((&data["not_sent"], &data["not_sent_reason"]), (&expected, &json!("out_of_stock")));
    let schema = read(&contract("fulfilment", "events/store.fulfilment.shipping_order_processed.v1.schema.json"));
    assert_valid(&schema, &data, "a closed order");
}

#[test]
fn what_was_mailed_has_no_carrier() {
    let event = FulfilmentEvent::ItemProcessed {
        order: order(1),
        sku: sku("EB-BIRDS"),
        kind: Kind::Digital,
        units: Units::new(1).unwrap(),
        consignment: None,
        at: noon(),
    };
    let data = publish(&event).data.unwrap();
    assert_eq!((&data["carrier"], &data["tracking"], &data["kind"]), (&Value::Null, &Value::Null, &json!("digital")));
    let schema = read(&contract("fulfilment", "events/store.fulfilment.item_processed.v1.schema.json"));
    assert_valid(&schema, &data, "a mailed item");
}
