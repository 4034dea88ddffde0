//! The rules, one sentence each, and then in any order: see [`sequences`].

mod sequences;

use std::collections::BTreeSet;
use std::time::Duration;

use shared_kernel::address::RawAddress;
use shared_kernel::{Address, OrderId, Sku, Timestamp};
use uuid::Uuid;

use super::digital::FileError;
use super::*;

pub(super) fn noon() -> Timestamp {
    Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
}

pub(super) fn order(number: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(number))
}

pub(super) fn sku(code: &str) -> Sku {
    Sku::parse(code).unwrap()
}

pub(super) fn line(code: &str, units: i64, kind: Kind) -> Line {
    Line { sku: sku(code), title: format!("The {code}"), kind, units: Units::new(units).unwrap() }
}

fn physical(code: &str, units: i64) -> Line {
    line(code, units, Kind::Physical)
}

fn digital(code: &str) -> Line {
    line(code, 1, Kind::Digital)
}

pub(super) fn placed(number: u128, lines: &[Line]) -> PlacedOrder {
    let expires_at = noon().plus(Duration::from_mins(30));
    PlacedOrder { order: order(number), replaces: None, lines: lines.to_vec(), expires_at }
}

pub(super) fn paid(number: u128, lines: &[Line]) -> PaidOrder {
    let (number, order) = (format!("A-{number}"), order(number));
    let (email, lines) = ("aroha@example.test".to_owned(), lines.to_vec());
    PaidOrder { order, number, email, address: None, gross_minor: Some(1_000), lines }
}

/// A table with a shelf of KEA on it, and the given orders of which nothing is known.
fn table(kea: i64, orders: &[u128]) -> StockTransaction {
    let mut transaction = StockTransaction::default();
    for number in orders {
        transaction.load_order(order(*number), None, None);
    }
    transaction.load_stock(sku("KEA"), StockItem::restore(sku("KEA"), kea, 0, 0));
    transaction
}

/// On hand, reserved, committed.
fn shelf(transaction: &StockTransaction) -> (i64, i64, i64) {
    transaction.stock(&sku("KEA")).map(|item| (item.on_hand(), item.reserved(), item.committed())).unwrap()
}

fn counted(on_hand: i64, expected: Option<i64>) -> PersonsCount {
    PersonsCount { on_hand: Count::new(on_hand).unwrap(), expected, by: Reference::Staff(None) }
}

fn consignment() -> Consignment {
    Consignment::parse("NZ Post", Some("T-1")).unwrap()
}

fn shipped(lines: &[Line]) -> StockTransaction {
    let mut transaction = table(10, &[1]);
    shipping::ship(&mut transaction, &paid(1, lines), noon());
    transaction
}

#[test]
fn a_shelf_never_gives_what_it_does_not_have() {
    let item = |on_hand, reserved, committed| StockItem::restore(sku("KEA"), on_hand, reserved, committed).unwrap();
    let units = |units| Units::new(units).unwrap();
    assert_eq!(item(5, 3, 1).available(), 1);
    assert_eq!(item(5, 3, 1).reserve(units(2), order(1), noon()), Err(stock::Short));
    assert_eq!(item(5, 3, 1).commit(units(2), order(1), noon()), Err(stock::Short));
    assert_eq!(item(5, 3, 1).release(units(9), order(1), noon()).0, item(5, 0, 1));
    assert_eq!(item(5, 3, 1).commit_reserved(units(9), order(1), noon()).0, item(5, 0, 4));
    assert_eq!(item(5, 3, 1).uncommit(units(9), order(1), noon()).0, item(5, 3, 0));
    assert_eq!(item(5, 3, 1).dispatch(units(9), order(1), noon()).0, item(4, 3, 0));
    for (on_hand, reserved, committed) in [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (3, 4, 0), (3, 0, 4), (3, 2, 2)] {
        assert_eq!(StockItem::restore(sku("KEA"), on_hand, reserved, committed), None);
    }
}

/// Twenty are counted, two are sold: twenty still lie there, eighteen may be sold, and a person who counts finds twenty.
#[test]
fn goods_lie_on_the_shelf_until_they_are_sent() {
    let mut transaction = table(20, &[1]);
    let lines = [physical("KEA", 2)];
    reserving::reserve(&mut transaction, &placed(1, &lines), noon());
    assert_eq!(shelf(&transaction), (20, 2, 0));
    shipping::ship(&mut transaction, &paid(1, &lines), noon());
    assert_eq!(shelf(&transaction), (20, 0, 2));
    counting::set(&mut transaction, &sku("KEA"), &counted(20, Some(20)), noon()).unwrap();
    assert_eq!((shelf(&transaction), transaction.stock(&sku("KEA")).unwrap().available()), ((20, 0, 2), 18));
    shipping::dispatch(&mut transaction, order(1), None, &consignment(), noon()).unwrap();
    assert_eq!((shelf(&transaction), transaction.stock(&sku("KEA")).unwrap().available()), ((18, 0, 0), 18));
    let moved: Vec<_> =
        transaction.finish().movements.iter().map(|it| (it.reason.name(), it.on_hand, it.available())).collect();
    assert_eq!(moved, [("reserved", 0, -2), ("taken", 0, 0), ("dispatched", -2, 0)]);
}

#[test]
fn each_parcel_takes_what_is_in_it_off_the_shelf() {
    let mut transaction = table(10, &[1]);
    transaction.load_stock(sku("TUI"), StockItem::restore(sku("TUI"), 5, 0, 0));
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 2), physical("TUI", 1)]), noon());
    let first = BTreeSet::from([sku("TUI")]);
    for _again in 0..2 {
        shipping::dispatch(&mut transaction, order(1), Some(&first), &consignment(), noon()).unwrap();
        let tui = transaction.stock(&sku("TUI")).unwrap();
        assert_eq!((tui.on_hand(), tui.committed(), shelf(&transaction)), (4, 0, (10, 0, 2)));
    }
    shipping::answer_cancellation(&mut transaction, order(1), noon());
    shipping::end(&mut transaction, order(1), noon());
    assert_eq!(shelf(&transaction), (10, 0, 2), "part of the order has left, so the rest is still to be sent");
}

#[test]
fn a_mailed_thing_with_a_shelf_leaves_it_when_it_is_mailed() {
    let mut transaction = shipped(&[digital("KEA"), digital("PDF")]);
    assert_eq!(shelf(&transaction), (10, 0, 1));
    for _again in 0..2 {
        shipping::mailed(&mut transaction, order(1), &sku("KEA"), noon());
        shipping::mailed(&mut transaction, order(1), &sku("PDF"), noon());
        assert_eq!(shelf(&transaction), (9, 0, 0));
    }
}

/// A second release of the same reservation finds nothing to give back, even where others hold the same thing.
#[test]
fn a_reservation_is_given_back_once() {
    type Way = fn(&mut StockTransaction);
    let late = || noon().plus(Duration::from_hours(9));
    let ways: [Way; 4] = [
        |transaction| shipping::end(transaction, order(1), noon()),
        |transaction| shipping::answer_cancellation(transaction, order(1), noon()),
        |transaction| reserving::release(transaction, order(1), Release::Replaced, noon()),
        |transaction| reserving::release(transaction, order(1), Release::Lapsed, noon()),
    ];
    for first in ways {
        for second in ways {
            let mut transaction = table(10, &[1, 2]);
            for number in [1, 2] {
                reserving::reserve(&mut transaction, &placed(number, &[physical("KEA", 3)]), noon());
            }
            first(&mut transaction);
            second(&mut transaction);
            reserving::lapse(&mut transaction, order(1), Duration::ZERO, late());
            assert_eq!(shelf(&transaction), (10, 3, 0), "what the other order holds stays held");
            let released = transaction.finish().movements.into_iter().filter(|it| it.reason == Reason::Released);
            assert_eq!(released.map(|it| it.reserved).collect::<Vec<_>>(), [-3]);
        }
    }
}

#[test]
fn all_lines_are_promised_or_none() {
    let mut transaction = table(5, &[1]);
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 2), physical("TUI", 1)]), noon());
    assert_eq!(shelf(&transaction), (5, 0, 0));
    let changes = transaction.finish();
    assert_eq!(changes.events, [FulfilmentEvent::StockRejected { order: order(1), short: vec![sku("TUI")] }]);
    assert_eq!(changes.movements, []);
}

#[test]
fn a_promise_says_until_when_and_what_is_left() {
    let mut transaction = table(5, &[1]);
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 2)]), noon());
    let changes = transaction.finish();
    let until = noon().plus(Duration::from_mins(30));
    let left = FulfilmentEvent::StockChanged(StockItem::restore(sku("KEA"), 5, 2, 0).unwrap());
    assert_eq!(changes.events, [FulfilmentEvent::StockReserved { order: order(1), until }, left]);
    assert_eq!(changes.movements.iter().map(|m| (m.on_hand, m.reserved)).collect::<Vec<_>>(), [(0, 2)]);
}

#[test]
fn a_file_never_runs_out_unless_somebody_keeps_a_shelf_for_it() {
    let mut transaction = table(0, &[1, 2]);
    reserving::reserve(&mut transaction, &placed(1, &[digital("PDF")]), noon());
    assert_eq!(transaction.reservation(order(1)).unwrap().holds(), []);
    reserving::reserve(&mut transaction, &placed(2, &[digital("KEA")]), noon());
    assert_eq!(transaction.reservation(order(2)).unwrap().state(), &ReservationState::Refused);
}

#[test]
fn lines_of_one_sku_are_compared_with_the_shelf_together() {
    let lines = kinds::merged(vec![physical("KEA", 3), digital("PDF"), physical("KEA", 3)]);
    assert_eq!(lines, [physical("KEA", 6), digital("PDF")]);
    let mut transaction = table(5, &[1]);
    reserving::reserve(&mut transaction, &placed(1, &lines), noon());
    assert_eq!(transaction.reservation(order(1)).unwrap().state(), &ReservationState::Refused);
}

#[test]
fn a_placed_order_that_comes_late_leaks_no_stock() {
    type Earlier = fn(&mut StockTransaction);
    let ways: [(&str, Earlier); 3] = [
        ("ended", |transaction| shipping::end(transaction, order(1), noon())),
        ("paid", |transaction| shipping::ship(transaction, &paid(1, &[physical("KEA", 2)]), noon())),
        ("cancelled", |transaction| shipping::answer_cancellation(transaction, order(1), noon())),
    ];
    for (name, earlier) in ways {
        let mut transaction = table(5, &[1]);
        earlier(&mut transaction);
        let before = transaction.clone();
        reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 2)]), noon());
        assert_eq!(transaction.reservation(order(1)), before.reservation(order(1)), "after {name}");
        assert_eq!(shelf(&transaction), shelf(&before), "after {name}");
    }
}

#[test]
fn the_older_order_is_released_even_if_the_newer_one_has_ended() {
    let mut transaction = table(1, &[1, 2]);
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 1)]), noon());
    shipping::end(&mut transaction, order(2), noon());
    let newer = PlacedOrder { replaces: Some(order(1)), ..placed(2, &[physical("KEA", 1)]) };
    reserving::reserve(&mut transaction, &newer, noon());
    assert_eq!(shelf(&transaction), (1, 0, 0));
}

#[test]
fn a_paid_order_is_not_replaced() {
    let mut transaction = table(2, &[1, 2]);
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 1)]), noon());
    let newer = PlacedOrder { replaces: Some(order(1)), ..placed(2, &[physical("KEA", 1)]) };
    reserving::reserve(&mut transaction, &newer, noon());
    assert_eq!(transaction.reservation(order(1)).unwrap().state(), &ReservationState::Taken);
    assert_eq!(shelf(&transaction), (2, 1, 1));
}

#[test]
fn only_what_is_long_overdue_lapses() {
    let grace = Duration::from_mins(30);
    let mut transaction = table(5, &[1]);
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 2)]), noon());
    reserving::lapse(&mut transaction, order(1), grace, noon().plus(Duration::from_mins(59)));
    assert_eq!(shelf(&transaction), (5, 2, 0));
    reserving::lapse(&mut transaction, order(1), grace, noon().plus(Duration::from_hours(1)));
    assert_eq!(shelf(&transaction), (5, 0, 0));
}

#[test]
fn a_paid_order_whose_promise_lapsed_is_served_if_there_is_still_enough() {
    for (left, expected) in [(2, ReservationState::Taken), (1, ReservationState::Refused)] {
        let mut transaction = table(2, &[1, 2]);
        reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 2)]), noon());
        reserving::release(&mut transaction, order(1), Release::Lapsed, noon());
        if left < 2 {
            reserving::reserve(&mut transaction, &placed(2, &[physical("KEA", 1)]), noon());
        }
        shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 2)]), noon());
        assert_eq!(transaction.reservation(order(1)).unwrap().state(), &expected);
    }
}

#[test]
fn an_order_that_was_told_no_is_told_no_again_even_if_stock_has_come() {
    let mut transaction = table(0, &[1]);
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 1)]), noon());
    counting::set(&mut transaction, &sku("KEA"), &counted(9, None), noon()).unwrap();
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 1)]), noon());
    assert!(transaction.shipping(order(1)).is_none(), "its money is on the way back");
    let told = transaction.finish().events;
    let no = FulfilmentEvent::StockRejected { order: order(1), short: vec![sku("KEA")] };
    assert_eq!(told.iter().filter(|event| **event == no).count(), 2);
}

#[test]
fn what_was_paid_for_counts_if_it_is_not_what_was_promised() {
    let mut transaction = table(5, &[1]);
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 4)]), noon());
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 3)]), noon());
    assert_eq!(shelf(&transaction), (5, 0, 3));
}

#[test]
fn paying_twice_ships_once() {
    let mut transaction = shipped(&[physical("KEA", 2)]);
    let once = transaction.clone().finish();
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 2)]), noon());
    assert_eq!(transaction.finish().events, once.events);
}

#[test]
fn an_order_is_processed_when_its_last_item_is() {
    let mut transaction = shipped(&[physical("KEA", 2), digital("PDF")]);
    shipping::dispatch(&mut transaction, order(1), None, &consignment(), noon()).unwrap();
    assert_eq!(transaction.shipping(order(1)).unwrap().state(), ShippingState::Pending);
    shipping::mailed(&mut transaction, order(1), &sku("PDF"), noon());
    assert_eq!(transaction.shipping(order(1)).unwrap().state(), ShippingState::Processed(noon()));
    let events = transaction.finish().events;
    assert!(events.contains(&FulfilmentEvent::ShippingOrderProcessed { order: order(1), at: noon(), not_sent: None }));
}

#[test]
fn dispatching_twice_is_unchanged() {
    let mut transaction = shipped(&[physical("KEA", 2)]);
    shipping::dispatch(&mut transaction, order(1), None, &consignment(), noon()).unwrap();
    let once = transaction.clone().finish().events;
    let other = Consignment::parse("Another", None).unwrap();
    shipping::dispatch(&mut transaction, order(1), None, &other, noon()).unwrap();
    assert_eq!(transaction.finish().events, once);
}

#[test]
fn only_what_can_be_packed_is_dispatched() {
    let mut transaction = shipped(&[physical("KEA", 2), digital("PDF")]);
    let mut dispatch = |code: &str| {
        let chosen = BTreeSet::from([sku(code)]);
        shipping::dispatch(&mut transaction, order(1), Some(&chosen), &consignment(), noon())
    };
    assert_eq!(dispatch("PDF"), Err(Refusal::NotPhysical(sku("PDF"))));
    assert_eq!(dispatch("MOA"), Err(Refusal::UnknownItem(sku("MOA"))));
    assert_eq!(dispatch("KEA"), Ok(()));
    let mut files = shipped(&[digital("PDF")]);
    let nothing = shipping::dispatch(&mut files, order(1), None, &consignment(), noon());
    assert_eq!(nothing, Err(Refusal::NothingToPack));
    let nobody = shipping::dispatch(&mut files, order(9), None, &consignment(), noon());
    assert_eq!(nobody, Err(Refusal::NoSuchShippingOrder(order(9))));
}

#[test]
fn a_cancelled_order_is_not_dispatched() {
    let mut transaction = shipped(&[physical("KEA", 2)]);
    shipping::answer_cancellation(&mut transaction, order(1), noon());
    assert_eq!(shelf(&transaction), (10, 0, 0));
    let late = shipping::dispatch(&mut transaction, order(1), None, &consignment(), noon());
    assert_eq!(late, Err(Refusal::AlreadyCancelled));
}

#[test]
fn it_is_too_late_to_cancel_when_something_has_left_or_goes_by_mail() {
    let mut sent = shipped(&[physical("KEA", 2)]);
    shipping::dispatch(&mut sent, order(1), None, &consignment(), noon()).unwrap();
    let mixed = shipped(&[physical("KEA", 2), digital("PDF")]);
    for (mut transaction, reason, left) in
        [(sent, "an item has already been sent", (8, 0, 0)), (mixed, "a digital item cannot be taken back", (10, 0, 2))]
    {
        shipping::answer_cancellation(&mut transaction, order(1), noon());
        assert_eq!(shelf(&transaction), left);
        let told = transaction.finish().events;
        assert!(told.contains(&FulfilmentEvent::CancellationRefused { order: order(1), reason }), "{told:?}");
    }
}

#[test]
fn an_order_that_ended_does_not_leave_the_house() {
    let mut transaction = shipped(&[physical("KEA", 2), digital("PDF")]);
    shipping::end(&mut transaction, order(1), noon());
    assert_eq!(transaction.shipping(order(1)).unwrap().state(), ShippingState::Cancelled(noon()));
    shipping::mailed(&mut transaction, order(1), &sku("PDF"), noon());
    assert!(transaction.shipping(order(1)).unwrap().items().iter().all(Item::is_pending));
    assert_eq!(shelf(&transaction), (10, 0, 0));
}

#[test]
fn each_mailing_has_a_number_of_its_own() {
    let mut transaction = shipped(&[digital("PDF")]);
    shipping::file_arrived(&mut transaction, order(1), &sku("PDF"));
    shipping::wait_for_file(&mut transaction, order(1), &sku("PDF"));
    shipping::file_arrived(&mut transaction, order(1), &sku("PDF"));
    let numbers: Vec<u32> = transaction.finish().deliveries.iter().map(|delivery| delivery.number).collect();
    assert_eq!(numbers, [1, 2], "a file that nobody waited for mails nothing");
}

#[test]
fn staff_is_told_when_a_count_would_break_promises() {
    let mut transaction = table(6, &[1, 2]);
    shipping::ship(&mut transaction, &paid(2, &[physical("KEA", 1)]), noon());
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 3)]), noon());
    let refused = counting::set(&mut transaction, &sku("KEA"), &counted(3, None), noon());
    assert_eq!(refused, Err(Refusal::BelowReserved { reserved: 3, committed: 1 }));
    counting::set(&mut transaction, &sku("KEA"), &counted(4, None), noon()).unwrap();
    assert_eq!(shelf(&transaction), (4, 3, 1));
}

#[test]
fn a_count_of_before_is_refused_when_goods_have_come_or_gone_but_not_when_they_were_sold() {
    let mut transaction = table(20, &[1]);
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 2)]), noon());
    counting::set(&mut transaction, &sku("KEA"), &counted(19, Some(20)), noon()).unwrap();
    assert_eq!(shelf(&transaction), (19, 0, 2), "one was missing; the sale did not matter");
    shipping::dispatch(&mut transaction, order(1), None, &consignment(), noon()).unwrap();
    let stale = counting::set(&mut transaction, &sku("KEA"), &counted(19, Some(19)), noon());
    assert_eq!(stale, Err(Refusal::StockChanged { on_hand: 17, available: 17 }));
    assert_eq!(shelf(&transaction), (17, 0, 0));
}

fn adjustment(quantity: i64, reason: AdjustmentReason) -> Adjustment {
    Adjustment::new(quantity, reason, Some(" NOTE-1 ")).unwrap()
}

fn adjust(transaction: &mut StockTransaction, quantity: i64, reason: AdjustmentReason) -> Result<(), Refusal> {
    let who = Reference::Staff(None);
    adjusting::adjust(transaction, &sku("KEA"), &adjustment(quantity, reason), (&who, Some("key")), noon())
}

#[test]
fn goods_come_and_go_by_as_many_as_somebody_says() {
    let mut transaction = table(5, &[1]);
    shipping::ship(&mut transaction, &paid(1, &[physical("KEA", 2)]), noon());
    adjust(&mut transaction, 20, AdjustmentReason::Received).unwrap();
    adjust(&mut transaction, -1, AdjustmentReason::Damaged).unwrap();
    assert_eq!(shelf(&transaction), (24, 0, 2));
    let gone = adjust(&mut transaction, -23, AdjustmentReason::Lost);
    assert_eq!(gone, Err(Refusal::BelowReserved { reserved: 0, committed: 2 }));
    assert_eq!(adjust(&mut transaction, Count::MAX, AdjustmentReason::Found), Err(Refusal::ShelfFull));
    let movements = transaction.finish().movements;
    let moved: Vec<_> = movements.iter().map(|it| (it.reason.name(), it.on_hand, it.note.as_deref())).collect();
    assert_eq!(moved, [("taken", 0, None), ("received", 20, Some("NOTE-1")), ("damaged", -1, Some("NOTE-1"))]);
}

#[test]
fn an_adjustment_under_the_same_key_is_made_once() {
    let mut transaction = table(5, &[]);
    transaction.mark_request_applied(20, "received".to_owned());
    assert_eq!(adjust(&mut transaction, 20, AdjustmentReason::Received), Ok(()));
    assert_eq!(adjust(&mut transaction, 20, AdjustmentReason::Found), Err(Refusal::KeyReused));
    assert_eq!(adjust(&mut transaction, 21, AdjustmentReason::Received), Err(Refusal::KeyReused));
    assert_eq!(shelf(&transaction), (5, 0, 0));
}

#[test]
fn a_reason_says_whether_goods_come_or_go() {
    use AdjustmentReason::{Correction, CustomerReturn, Damaged, Found, Lost, Received};
    for (reason, comes, goes) in [
        (Received, true, false),
        (CustomerReturn, true, false),
        (Found, true, false),
        (Damaged, false, true),
        (Lost, false, true),
        (Correction, true, true),
    ] {
        assert_eq!(Adjustment::new(1, reason, None).is_ok(), comes, "{reason:?}");
        assert_eq!(Adjustment::new(-1, reason, None).is_ok(), goes, "{reason:?}");
        assert_eq!(AdjustmentReason::parse(reason.name()), Some(reason));
        for nothing in [0, i64::MIN, Count::MAX + 1, -Count::MAX - 1] {
            assert_eq!(Adjustment::new(nothing, reason, None), Err(AdjustmentError::Quantity));
        }
    }
    for note in ["x".repeat(201), "a\nb".to_owned()] {
        assert_eq!(Adjustment::new(1, Found, Some(&note)), Err(AdjustmentError::Note));
    }
}

#[test]
fn an_imported_count_below_the_promises_is_raised_and_says_so() {
    let mut transaction = table(6, &[1, 2]);
    shipping::ship(&mut transaction, &paid(2, &[physical("KEA", 1)]), noon());
    reserving::reserve(&mut transaction, &placed(1, &[physical("KEA", 3)]), noon());
    let count = ImportedCount { import: "i-1".to_owned(), sku: sku("KEA"), on_hand: Count::new(1).unwrap() };
    counting::import(&mut transaction, &count, noon());
    assert_eq!(shelf(&transaction), (4, 3, 1));
    let changes = transaction.finish();
    assert_eq!(changes.movements.last().map(|movement| movement.reason), Some(Reason::CountedBelowReserved));
    assert_eq!(changes.count, Some(count));
}

#[test]
fn counts_are_whole_and_possible() {
    assert_eq!(Count::parse("1000000000").map(Count::get), Some(1_000_000_000));
    for wrong in ["", "-1", "+1", "1.5", "1e3", "1000000001", "99999999999", " 1"] {
        assert_eq!(Count::parse(wrong), None, "{wrong:?}");
    }
    assert_eq!(Units::new(0), None);
    assert_eq!(Units::new(-1), None);
}

#[test]
fn a_parcel_has_a_carrier_and_perhaps_a_number() {
    let parcel = Consignment::parse(" NZ Post ", Some("  ")).unwrap();
    assert_eq!((parcel.carrier(), parcel.tracking()), ("NZ Post", None));
    for (carrier, tracking) in [("", None), ("a\nb", None), ("NZ Post", Some("x\ty")), (&*"x".repeat(101), None)] {
        assert!(Consignment::parse(carrier, tracking).is_err(), "{carrier:?} {tracking:?}");
    }
}

#[test]
fn only_plain_files_are_sold() {
    let file = |name: &str, kind: &str, bytes: &[u8]| {
        DigitalFile::new(sku("PDF"), name, kind, bytes.to_vec()).map(|file| file.info().content_type().to_owned())
    };
    assert_eq!(file("Führer.pdf", "Application/PDF; q=1", b"x"), Ok("application/pdf".to_owned()));
    for name in ["", "../x", "a/b", "a\\b", ".hidden", "a\"b", "a\nb"] {
        assert_eq!(file(name, "application/pdf", b"x"), Err(FileError::Name), "{name:?}");
    }
    for kind in ["", "pdf", "a/b/c", "a /b", "a\r\n/b"] {
        assert_eq!(file("a.pdf", kind, b"x"), Err(FileError::ContentType), "{kind:?}");
    }
    assert_eq!(file("a.pdf", "application/pdf", b""), Err(FileError::Empty));
    assert_eq!(file("a.pdf", "application/pdf", &vec![0; digital::MAX_FILE_BYTES + 1]), Err(FileError::TooLarge));
}

#[test]
fn a_token_is_sixty_four_digits_and_never_shown_by_accident() {
    let token = DownloadToken::new([171; 32]);
    assert_eq!(DownloadToken::parse(token.as_str()), Some(token.clone()));
    assert_eq!(format!("{token:?}"), "DownloadToken(..)");
    for wrong in ["", "ab", &"g".repeat(64), &"A".repeat(64)] {
        assert_eq!(DownloadToken::parse(wrong), None);
    }
}

#[test]
fn a_label_is_the_address_as_the_order_froze_it() {
    let raw = RawAddress {
        name: "Aroha Ngata".to_owned(),
        line1: "12 Kauri Lane".to_owned(),
        city: "Nelson".to_owned(),
        postcode: "7010".to_owned(),
        country: "NZ".to_owned(),
        ..RawAddress::default()
    };
    let address = Address::try_from(raw).unwrap();
    let mut transaction = table(1, &[1]);
    let order_paid = PaidOrder { address: Some(address.clone()), ..paid(1, &[physical("KEA", 1)]) };
    shipping::ship(&mut transaction, &order_paid, noon());
    assert_eq!(transaction.shipping(order(1)).unwrap().address(), Some(&address));
}
