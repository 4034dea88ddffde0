//! Any messages in any order, repeated and interleaved, on a small world: the invariants hold after every step.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use shared_kernel::{OrderId, Sku};

use super::super::*;
use super::{line, noon, order, paid, placed, sku};

const CODES: [&str; 3] = ["KEA", "TUI", "PDF"];

/// What may happen.
#[derive(Debug, Clone)]
enum Step {
    Placed { order: u128, replaces: Option<u128>, lines: Vec<Line> },
    Paid(u128),
    PaidForOther(u128, Vec<Line>),
    Ended(u128),
    Lapsed(u128),
    CancellationRequested(u128),
    Dispatched(u128, Option<usize>),
    Mailed(u128),
    FileMissing(u128),
    FileArrived(u128),
    Counted(usize, i64),
    CountedAsItWas(usize, i64),
    Adjusted(usize, i64),
    Imported(u8, usize, i64),
}

/// Everything that is remembered, and what was ever published.
#[derive(Default)]
struct World {
    stock: BTreeMap<Sku, StockItem>,
    reservations: BTreeMap<OrderId, Reservation>,
    shipping: BTreeMap<OrderId, ShippingOrder>,
    counts: Vec<(String, Sku)>,
    movements: Vec<Movement>,
    ordered: BTreeMap<u128, Vec<Line>>,
    last_told: BTreeMap<Sku, (i64, i64)>,
}

impl World {
    fn update(
        &mut self,
        orders: &[u128],
        skus: &[&str],
        import: Option<&ImportedCount>,
        decide: impl Fn(&mut StockTransaction),
    ) -> Changes {
        let mut transaction = StockTransaction::default();
        for id in orders.iter().map(|number| order(*number)) {
            transaction.load_order(id, self.reservations.get(&id).cloned(), self.shipping.get(&id).cloned());
        }
        for code in skus.iter().map(|code| sku(code)).chain(transaction.skus_of_orders()) {
            let item = self.stock.get(&code).cloned();
            transaction.load_stock(code, item);
        }
        if import.is_some_and(|count| self.counts.contains(&(count.import.clone(), count.sku.clone()))) {
            transaction.mark_count_applied();
        }
        decide(&mut transaction);
        let changes = transaction.finish();
        let stock = changes.stock.iter().filter_map(|row| row.changed().cloned());
        self.stock.extend(stock.map(|item| (item.sku().clone(), item)));
        let held = changes.reservations.iter().filter_map(|row| row.changed().cloned());
        self.reservations.extend(held.map(|held| (held.order(), held)));
        let shipping = changes.shipping.iter().filter_map(|row| row.changed().cloned());
        self.shipping.extend(shipping.map(|shipping| (shipping.order(), shipping)));
        self.counts.extend(changes.count.iter().map(|count| (count.import.clone(), count.sku.clone())));
        self.movements.extend(changes.movements.iter().cloned());
        changes
    }

    fn take(&mut self, step: Step) -> Changes {
        let now = noon().plus(Duration::from_hours(2));
        match step {
            Step::Placed { order: number, replaces, lines } => {
                let lines = kinds::merged(lines);
                self.ordered.entry(number).or_insert_with(|| lines.clone());
                let placed = PlacedOrder { replaces: replaces.map(order), ..placed(number, &lines) };
                let orders: Vec<u128> = replaces.into_iter().chain([number]).collect();
                self.update(&orders, &CODES, None, |transaction| reserving::reserve(transaction, &placed, now))
            }
            Step::Paid(number) => {
                let lines = self.ordered.get(&number).cloned().unwrap_or_else(|| vec![line("KEA", 1, Kind::Physical)]);
                self.update(&[number], &CODES, None, |transaction| {
                    shipping::ship(transaction, &paid(number, &lines), now);
                })
            }
            Step::PaidForOther(number, lines) => {
                let lines = kinds::merged(lines);
                self.update(&[number], &CODES, None, |transaction| {
                    shipping::ship(transaction, &paid(number, &lines), now);
                })
            }
            Step::Ended(number) => {
                self.update(&[number], &[], None, |transaction| shipping::end(transaction, order(number), now))
            }
            Step::Lapsed(number) => {
                let grace = Duration::from_mins(30);
                self.update(&[number], &[], None, |transaction| {
                    reserving::lapse(transaction, order(number), grace, now);
                })
            }
            Step::CancellationRequested(number) => self.update(&[number], &[], None, |transaction| {
                shipping::answer_cancellation(transaction, order(number), now);
            }),
            Step::Dispatched(number, item) => {
                let skus = item.map(|item| std::iter::once(sku(CODES[item])).collect());
                let parcel = Consignment::parse("NZ Post", None).unwrap();
                self.update(&[number], &[], None, |transaction| {
                    let before = transaction.clone().finish();
                    let refused = shipping::dispatch(transaction, order(number), skus.as_ref(), &parcel, now).is_err();
                    assert!(
                        !refused || transaction.clone().finish().events == before.events,
                        "a refusal tells nothing"
                    );
                })
            }
            Step::Mailed(number) => self.update(&[number], &[], None, |transaction| {
                shipping::mailed(transaction, order(number), &sku("PDF"), now);
            }),
            Step::FileMissing(number) => self.update(&[number], &[], None, |transaction| {
                shipping::wait_for_file(transaction, order(number), &sku("PDF"));
            }),
            Step::FileArrived(number) => self.update(&[number], &[], None, |transaction| {
                shipping::file_arrived(transaction, order(number), &sku("PDF"));
            }),
            Step::Counted(item, on_hand) => self.count(CODES[item], on_hand, None),
            Step::CountedAsItWas(item, on_hand) => {
                let expected = self.stock.get(&sku(CODES[item])).map_or(0, StockItem::on_hand);
                self.count(CODES[item], on_hand, Some(expected))
            }
            Step::Adjusted(item, quantity) => self.adjust(CODES[item], quantity),
            Step::Imported(import, item, on_hand) => {
                let (import, on_hand) = (format!("i-{import}"), Count::new(on_hand).unwrap());
                let count = ImportedCount { import, sku: sku(CODES[item]), on_hand };
                self.update(&[], &[CODES[item]], Some(&count), |transaction| counting::import(transaction, &count, now))
            }
        }
    }

    /// After a count the shop believes exactly that number, unless it is below what is promised.
    fn count(&mut self, code: &str, on_hand: i64, expected: Option<i64>) -> Changes {
        let count = PersonsCount { on_hand: Count::new(on_hand).unwrap(), expected, by: Reference::Staff(None) };
        self.update(&[], &[code], None, |transaction| {
            let before = transaction.stock(&sku(code)).cloned().unwrap_or_else(|| StockItem::empty(sku(code)));
            let refused = counting::set(transaction, &sku(code), &count, noon()).is_err();
            assert_eq!(refused, on_hand < before.reserved() + before.committed());
            let after = transaction.stock(&sku(code)).map_or(0, StockItem::on_hand);
            assert_eq!(after, if refused { before.on_hand() } else { on_hand });
        })
    }

    fn adjust(&mut self, code: &str, quantity: i64) -> Changes {
        let adjustment = Adjustment::new(quantity, AdjustmentReason::Correction, None).unwrap();
        self.update(&[], &[code], None, |transaction| {
            let available = transaction.stock(&sku(code)).map_or(0, StockItem::available);
            let who = Reference::Staff(None);
            let done = adjusting::adjust(transaction, &sku(code), &adjustment, (&who, None), noon());
            assert_eq!(done.is_err(), available + quantity < 0);
        })
    }

    fn check(&mut self, changes: &Changes) {
        for (code, item) in &self.stock {
            assert!(item.reserved() >= 0 && item.committed() >= 0 && item.available() >= 0, "oversold: {item:?}");
            let moved = self.movements.iter().filter(|movement| movement.sku == *code);
            let add =
                |sum: (i64, i64, i64), it: &Movement| (sum.0 + it.on_hand, sum.1 + it.reserved, sum.2 + it.committed);
            let (sums, now) = (moved.fold((0, 0, 0), add), (item.on_hand(), item.reserved(), item.committed()));
            assert_eq!(sums, now, "the movements of {code} do not add up");
            let committed: i64 = self.shipping.values().map(|order| order.committed(code)).sum();
            assert_eq!(committed, item.committed(), "committed of {code} is not what its orders have open");
            let holds = self.reservations.values().flat_map(Reservation::holds).filter(|hold| hold.sku == *code);
            assert_eq!(holds.map(|hold| hold.units.get()).sum::<i64>(), item.reserved(), "reserved of {code}");
        }
        for shipping in self.shipping.values() {
            let pending = shipping.items().iter().any(Item::is_pending);
            let state = shipping.state();
            assert_eq!(matches!(state, ShippingState::Processed(_)), !pending, "{shipping:?}");
            let held = &self.reservations[&shipping.order()];
            assert_eq!(held.state(), &ReservationState::Taken, "goods leave only for what was taken");
        }
        for event in &changes.events {
            if let FulfilmentEvent::StockChanged(item) = event {
                let (sku, news) = (item.sku(), (item.on_hand(), item.available()));
                assert_ne!(self.last_told.insert(sku.clone(), news), Some(news), "no change of {sku}");
            }
        }
        for (code, item) in &self.stock {
            let now = (item.on_hand(), item.available());
            assert_eq!(self.last_told.get(code), Some(&now), "others believe something else of {code}");
        }
    }
}

fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    let one = (0..3_usize, 1..4_i64).prop_map(|(item, units)| {
        let kind = if CODES[item] == "PDF" { Kind::Digital } else { Kind::Physical };
        line(CODES[item], units, kind)
    });
    prop::collection::vec(one, 1..4)
}

/// Reservations are made and given back often, in every way, so that a release that comes twice is met in every run.
fn any_step() -> impl Strategy<Value = Step> {
    let number = 1..5_u128;
    prop_oneof![
        6 => (number.clone(), prop::option::weighted(0.3, number.clone()), any_lines())
            .prop_map(|(order, replaces, lines)| Step::Placed { order, replaces, lines }),
        4 => number.clone().prop_map(Step::Paid),
        1 => (number.clone(), any_lines()).prop_map(|(order, lines)| Step::PaidForOther(order, lines)),
        4 => number.clone().prop_map(Step::Ended),
        3 => number.clone().prop_map(Step::Lapsed),
        3 => number.clone().prop_map(Step::CancellationRequested),
        3 => (number.clone(), prop::option::of(0..3_usize)).prop_map(|(order, item)| Step::Dispatched(order, item)),
        1 => number.clone().prop_map(Step::Mailed),
        1 => number.clone().prop_map(Step::FileMissing),
        1 => number.prop_map(Step::FileArrived),
        2 => (0..3_usize, 0..16_i64).prop_map(|(item, count)| Step::Counted(item, count)),
        2 => (0..3_usize, 0..16_i64).prop_map(|(item, count)| Step::CountedAsItWas(item, count)),
        2 => (0..3_usize, prop_oneof![-3..=-1_i64, 1..=6_i64]).prop_map(|(item, more)| Step::Adjusted(item, more)),
        2 => (0..3_u8, 0..3_usize, 0..16_i64).prop_map(|(import, item, count)| Step::Imported(import, item, count)),
    ]
}

/// Orders that all want the same thing, of which there is enough: nothing but placing, giving back and paying.
fn any_coming_and_going() -> impl Strategy<Value = Step> {
    let number = 1..7_u128;
    let lines = || vec![line("KEA", 2, Kind::Physical)];
    prop_oneof![
        3 => (number.clone(), prop::option::weighted(0.3, number.clone()))
            .prop_map(move |(order, replaces)| Step::Placed { order, replaces, lines: lines() }),
        2 => number.clone().prop_map(Step::Ended),
        1 => number.clone().prop_map(Step::Lapsed),
        1 => number.clone().prop_map(Step::CancellationRequested),
        1 => number.clone().prop_map(Step::Paid),
        1 => number.prop_map(|order| Step::Dispatched(order, None)),
    ]
}

proptest! {
    #[test]
    fn nothing_is_ever_oversold_and_the_books_always_balance(steps in prop::collection::vec(any_step(), 1..60)) {
        let mut world = World::default();
        for step in steps {
            let changes = world.take(step);
            world.check(&changes);
        }
    }

    #[test]
    fn what_is_held_is_given_back_once(steps in prop::collection::vec(any_coming_and_going(), 20..60)) {
        let mut world = World::default();
        let changes = world.take(Step::Counted(0, 1_000));
        world.check(&changes);
        for step in steps {
            let changes = world.take(step);
            world.check(&changes);
        }
    }

    #[test]
    fn a_repeated_message_is_unchanged(steps in prop::collection::vec(any_step(), 1..30), last in any_step()) {
        let mut world = World::default();
        for step in steps {
            world.take(step);
        }
        world.take(last.clone());
        let again = world.take(last.clone());
        // Two deliveries of ten are twenty: that the same one is not entered twice is what its key is for.
        prop_assume!(!matches!(last, Step::Adjusted(..)));
        let answered_each_time = matches!(last, Step::CancellationRequested(_) | Step::Paid(_) | Step::PaidForOther(..));
        prop_assert!(again.movements.is_empty() && again.shipping.is_empty() && again.stock.is_empty(), "{:?}", again);
        prop_assert!(answered_each_time || again.events.is_empty(), "{:?}", again);
    }
}
