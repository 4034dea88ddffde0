//! Finds every inconsistency in the records of an idle shop. Pure: it only reads the collected evidence.
//!
//! Each order has the books of five parties to agree: order itself, the payment provider, fulfilment, reports and the
//! mail folder. What differs is named in one sentence each.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, Line, OrderOutcome, message_id};

/// Everything that is wrong; nothing if the shop has kept its promises.
pub fn violations(evidence: &Evidence) -> Vec<String> {
    let mut found = Vec::new();
    settled(evidence, &mut found);
    numbered(evidence, &mut found);
    wished(evidence, &mut found);
    let books = Books::of(evidence);
    for order in evidence.lines("order", "order") {
        books.judge(order, &mut found);
    }
    books.outsiders(evidence, &mut found);
    shelves(evidence, &mut found);
    found
}

/// Nothing is under way, and nothing was given up.
fn settled(evidence: &Evidence, found: &mut Vec<String>) {
    for context in ["catalogue", "order", "fulfilment", "reports", "customer"] {
        for message in evidence.lines(context, "inbox") {
            let (status, name) =
                (message.text("status"), format!("{}/{}", message.text("consumer"), message.text("id")));
            match status {
                "handled" => {}
                "open" => found.push(format!("{context}/{name} is still open")),
                _ => found.push(format!("{context}/{name} is {status}: {}", message.text("error"))),
            }
        }
    }
    for webhook in evidence.lines("sandbox", "webhook") {
        found.push(format!("webhook {} is still on its way: {}", webhook.text("id"), webhook.text("problem")));
    }
}

/// The facts about each subject are numbered without a gap, and each is there once.
fn numbered(evidence: &Evidence, found: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for context in ["catalogue", "order", "fulfilment", "reports", "customer"] {
        for (subject, facts) in evidence.by(context, "outbox", "subject") {
            let mut numbers: Vec<i64> = facts.iter().map(|fact| fact.number("sequence")).collect();
            numbers.sort_unstable();
            if !numbers.iter().copied().eq((1..).take(numbers.len())) {
                found.push(format!("the facts of {context} about {subject} are numbered {numbers:?}"));
            }
            for fact in &facts {
                if !ids.insert(fact.text("id")) {
                    found.push(format!("the fact {} is there twice", fact.text("id")));
                }
            }
            for once in ["store.order.placed.v1", "store.order.paid.v1", "store.fulfilment.shipping_order_created.v1"] {
                if facts.iter().filter(|fact| fact.text("type") == once).count() > 1 {
                    found.push(format!("{once} was published more than once about {subject}"));
                }
            }
        }
    }
}

/// Every request key has at most one order, every order has a request, and no answer was taken back.
fn wished(evidence: &Evidence, found: &mut Vec<String>) {
    let orders = evidence.by("order", "order", "id");
    let mut numbers = BTreeSet::new();
    let mut wished_for = BTreeSet::new();
    for wish in &evidence.wishes {
        if wish.orders.len() > 1 {
            found.push(format!("the key {} named {} orders", wish.key, wish.orders.len()));
        }
        for id in &wish.orders {
            wished_for.insert(id.as_str());
            let known = orders.get(id.as_str()).and_then(|known| known.first());
            let Some(order) = known else {
                found.push(format!("order {id} was confirmed to its client and is lost"));
                continue;
            };
            let status = order.text("status");
            let (told, kept) = match wish.told {
                OrderOutcome::Placed => ("promised to", true),
                OrderOutcome::Paid => ("paid by", is_paid(*order)),
                OrderOutcome::SoldOut => ("refused to", status == "REJECTED"),
                OrderOutcome::Cancelled => ("cancelled by", status == "CANCELLED"),
                OrderOutcome::Replaced => ("replaced by", status == "EXPIRED"),
            };
            if !kept {
                found.push(format!("order {id} was {told} its client and is {status}"));
            }
        }
    }
    for (id, lines) in &orders {
        if !wished_for.contains(id) {
            found.push(format!("nobody asked for order {id}"));
        }
        if lines.len() > 1 || !numbers.insert(lines[0].text("number")) {
            found.push(format!("order {id} or its number is there twice"));
        }
    }
}

/// The goods are, or are to be, the buyer's.
fn is_paid(order: Line<'_>) -> bool {
    matches!(order.text("status"), "PAID" | "SHIPPED" | "COMPLETED")
}

/// The other parties' records by order.
struct Books<'a> {
    intents: BTreeMap<&'a str, Vec<Line<'a>>>,
    shipping: BTreeMap<&'a str, Vec<Line<'a>>>,
    holds: BTreeMap<&'a str, Vec<Line<'a>>>,
    sales: BTreeMap<&'a str, Vec<Line<'a>>>,
    refunds: BTreeMap<&'a str, Vec<Line<'a>>>,
    /// Letters by Message-ID.
    letters: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Books<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let mut letters: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for letter in &evidence.letters {
            letters.entry(message_id(letter)).or_default().push(letter);
        }
        Self {
            intents: evidence.intents(),
            shipping: evidence.by("fulfilment", "shipping_order", "order_id"),
            holds: evidence.by("fulfilment", "reservation", "order_id"),
            sales: evidence.by("reports", "sale", "order_id"),
            refunds: evidence.by("reports", "refund", "order_id"),
            letters,
        }
    }

    fn judge(&self, order: Line<'_>, found: &mut Vec<String>) {
        let mut wrong = Vec::new();
        match order.text("status") {
            "PAID" | "SHIPPED" | "COMPLETED" => self.sold(order, &mut wrong),
            "CANCELLED" => self.returned(order, true, &mut wrong),
            "REJECTED" | "EXPIRED" => self.returned(order, false, &mut wrong),
            unsettled => wrong.push(format!("is {unsettled}, which is no place to rest")),
        }
        if !order.0["needs_attention"].is_null() {
            wrong.push(format!("needs attention: {}", order.0["needs_attention"]));
        }
        if order.list("refunds").any(|refund| refund.text("status") != "succeeded") {
            wrong.push("has a refund that did not go through".to_owned());
        }
        self.ledger(order, &mut wrong);
        found.extend(wrong.into_iter().map(|wrong| format!("order {} {wrong}", order.text("id"))));
    }

    fn at<'b>(book: &'b BTreeMap<&'a str, Vec<Line<'a>>>, order: Line<'_>) -> &'b [Line<'a>] {
        book.get(order.text("id")).map_or(&[], Vec::as_slice)
    }

    /// A paid order was paid once, receipted once, reported once, and is sent once.
    fn sold(&self, order: Line<'_>, wrong: &mut Vec<String>) {
        let gross = order.number("gross_minor");
        let paid: Vec<_> =
            Self::at(&self.intents, order).iter().filter(|it| it.text("status") == "succeeded").collect();
        if paid.len() != 1 {
            wrong.push(format!("was paid {} times", paid.len()));
        }
        if paid.iter().any(|intent| intent.number("amount") != gross) || order.number("captured_minor") != gross {
            wrong.push(format!("costs {gross} and {} was captured", order.number("captured_minor")));
        }
        if order.number("refunded_minor") != 0 {
            wrong.push(format!("had {} refunded", order.number("refunded_minor")));
        }
        self.receipted(order, wrong);
        self.reported(order, wrong);
        self.sent(order, wrong);
    }

    fn receipted(&self, order: Line<'_>, wrong: &mut Vec<String>) {
        let receipt = Line(&order.0["receipt"]);
        if receipt.text("sent_at").is_empty() {
            wrong.push("has no receipt on record".to_owned());
        }
        let prefix = format!("receipt-{}@", receipt.text("receipt_id"));
        let named = self.letters.iter().filter(|(id, _)| id.starts_with(&prefix)).flat_map(|(_, letters)| letters);
        let letters: Vec<_> = named.collect();
        if letters.len() != 1 {
            wrong.push(format!("has {} receipts in the mail", letters.len()));
        }
        if letters.iter().any(|letter| !letter.contains(order.text("number"))) {
            wrong.push("has a receipt that does not name it".to_owned());
        }
    }

    fn reported(&self, order: Line<'_>, wrong: &mut Vec<String>) {
        let sales = Self::at(&self.sales, order);
        if sales.len() != 1 {
            wrong.push(format!("has {} sales in the report", sales.len()));
        }
        for amount in ["net_minor", "tax_minor", "shipping_minor", "gross_minor"] {
            if sales.iter().any(|sale| sale.number(amount) != order.number(amount)) {
                wrong.push(format!("is reported with another {amount}"));
            }
        }
    }

    fn sent(&self, order: Line<'_>, wrong: &mut Vec<String>) {
        let shipping = Self::at(&self.shipping, order);
        if shipping.len() != 1 {
            wrong.push(format!("has {} shipping orders", shipping.len()));
        }
        for shipping in shipping {
            let status = shipping.text("status");
            if status == "cancelled" || (order.text("status") == "COMPLETED") != (status == "processed") {
                wrong.push(format!("is {} and its shipping order is {status}", order.text("status")));
            }
            let mut ordered: Vec<_> = order.list("lines").map(|it| (it.text("sku"), it.number("quantity"))).collect();
            let mut packed: Vec<_> = shipping.list("items").map(|it| (it.text("sku"), it.number("units"))).collect();
            ordered.sort_unstable();
            packed.sort_unstable();
            if ordered != packed {
                wrong.push(format!("has {ordered:?} ordered and {packed:?} packed"));
            }
        }
    }

    /// An order that came to nothing cost nothing, and holds nothing.
    fn returned(&self, order: Line<'_>, was_paid: bool, wrong: &mut Vec<String>) {
        let (captured, refunded) = (order.number("captured_minor"), order.number("refunded_minor"));
        if captured != refunded {
            wrong.push(format!("came to nothing, but of {captured} only {refunded} went back"));
        }
        let ended = |intent: &&Line<'_>| !matches!(intent.text("status"), "succeeded" | "canceled");
        if let Some(open) = Self::at(&self.intents, order).iter().find(ended) {
            wrong.push(format!("came to nothing, but its intent {} is {}", open.text("id"), open.text("status")));
        }
        if Self::at(&self.shipping, order).iter().any(|shipping| shipping.text("status") != "cancelled") {
            wrong.push("came to nothing, but is being sent".to_owned());
        }
        if !was_paid && !Self::at(&self.sales, order).is_empty() {
            wrong.push("was never sold, but is in the report".to_owned());
        }
        if Self::at(&self.holds, order).iter().any(|hold| hold.text("state") == "held") {
            wrong.push("came to nothing, but holds stock".to_owned());
        }
    }

    /// Order, provider and reports agree about the money.
    fn ledger(&self, order: Line<'_>, wrong: &mut Vec<String>) {
        let sum = |key| Self::at(&self.intents, order).iter().map(|intent| intent.number(key)).sum::<i64>();
        let ours = (order.number("captured_minor"), order.number("refunded_minor"));
        let theirs = (sum("received"), sum("refunded"));
        if ours != theirs {
            wrong.push(format!("has {ours:?} captured and refunded, the provider {theirs:?}"));
        }
        let reported: i64 = Self::at(&self.refunds, order).iter().map(|refund| refund.number("amount_minor")).sum();
        let sold = !Self::at(&self.sales, order).is_empty();
        if sold && reported != ours.1 {
            wrong.push(format!("had {} refunded, the report says {reported}", ours.1));
        }
    }

    /// No context has records of an order that does not exist, and every receipt belongs to an order.
    fn outsiders(&self, evidence: &Evidence, found: &mut Vec<String>) {
        let known: BTreeSet<&str> = evidence.lines("order", "order").map(|order| order.text("id")).collect();
        let books = [
            ("an intent", &self.intents),
            ("a shipping order", &self.shipping),
            ("a reservation", &self.holds),
            ("a sale", &self.sales),
            ("a refund", &self.refunds),
        ];
        for (what, book) in books {
            for order in book.keys().filter(|order| !known.contains(*order)) {
                found.push(format!("there is {what} for order {order:?}, which does not exist"));
            }
        }
        let receipts = evidence.lines("order", "order").map(|order| Line(&order.0["receipt"]).text("receipt_id"));
        let receipts: BTreeSet<&str> = receipts.collect();
        for (id, letters) in &self.letters {
            let receipt = id.strip_prefix("receipt-").and_then(|id| id.split('@').next());
            if receipt.is_some_and(|receipt| !receipts.contains(receipt)) {
                found.push(format!("the receipt {id} belongs to no order"));
            }
            if letters.len() > 1 {
                found.push(format!("the letter {id} was written {} times", letters.len()));
            }
        }
    }
}

/// Stock on hand is what was counted less what was sold, committed stock is still to be sent, and reserved stock
/// belongs to an open order.
fn shelves(evidence: &Evidence, found: &mut Vec<String>) {
    let movements = evidence.by("fulfilment", "stock_movement", "sku");
    let (taken, open, held) = (packed(evidence), unsent(evidence), reserved_units(evidence));
    for shelf in evidence.lines("fulfilment", "stock") {
        let sku = shelf.text("sku");
        let (on_hand, reserved) = (shelf.number("on_hand"), shelf.number("reserved"));
        let moved = movements.get(sku).map_or(&[][..], Vec::as_slice);
        let sum = |key| moved.iter().map(|movement| movement.number(key)).sum::<i64>();
        let counts = moved.iter().filter(|movement| !movement.text("reference").starts_with("order:"));
        let counted: i64 = counts.map(|movement| movement.number("on_hand")).sum();
        if !(0 <= reserved && reserved <= on_hand) {
            found.push(format!("{reserved} of {on_hand} {sku} are reserved"));
        }
        if (sum("on_hand"), sum("reserved")) != (on_hand, reserved) {
            found.push(format!("the movements of {sku} do not add up to {on_hand} and {reserved}"));
        }
        let (gone, promised) = (taken.get(sku).copied().unwrap_or(0), held.get(sku).copied().unwrap_or(0));
        if on_hand + gone != counted {
            found.push(format!("{counted} of {sku} were counted, {gone} are gone and {on_hand} are left"));
        }
        let (open, committed) = (open.get(sku).copied().unwrap_or(0), shelf.number("committed"));
        // The version before does not say what is committed.
        let says_so = shelf.0.get("committed").is_some();
        if says_so && (open != committed || shelf.number("on_shelf") != on_hand + committed) {
            found.push(format!("{committed} of {sku} are committed and {open} are still to be sent"));
        }
        if promised != reserved {
            found.push(format!("{reserved} of {sku} are reserved and {promised} are held"));
        }
    }
    for (sku, order) in taken_twice(evidence) {
        found.push(format!("{sku} was taken more than once for {order}"));
    }
}

/// How many of each SKU left the shelf for orders that are being sent.
fn packed(evidence: &Evidence) -> BTreeMap<&str, i64> {
    let mut packed = BTreeMap::new();
    let sent = evidence.lines("fulfilment", "shipping_order").filter(|order| order.text("status") != "cancelled");
    for item in sent.flat_map(|order| order.list("items").collect::<Vec<_>>()) {
        if item.0["from_stock"] == true {
            *packed.entry(item.text("sku")).or_insert(0) += item.number("units");
        }
    }
    packed
}

/// How many of each SKU lie on the shelf for orders that are being sent.
fn unsent(evidence: &Evidence) -> BTreeMap<&str, i64> {
    let mut unsent = BTreeMap::new();
    let open = evidence.lines("fulfilment", "shipping_order").filter(|order| order.text("status") == "pending");
    for item in open.flat_map(|order| order.list("items").collect::<Vec<_>>()) {
        if item.0["from_stock"] == true && item.text("status") != "processed" {
            *unsent.entry(item.text("sku")).or_insert(0) += item.number("units");
        }
    }
    unsent
}

/// How many of each SKU are held for orders that may still be paid.
fn reserved_units(evidence: &Evidence) -> BTreeMap<&str, i64> {
    let mut held = BTreeMap::new();
    let open = evidence.lines("fulfilment", "reservation").filter(|reservation| reservation.text("state") == "held");
    for hold in open.flat_map(|reservation| reservation.list("holds").collect::<Vec<_>>()) {
        *held.entry(hold.text("sku")).or_insert(0) += hold.number("units");
    }
    held
}

fn taken_twice(evidence: &Evidence) -> BTreeSet<(&str, &str)> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for movement in evidence.lines("fulfilment", "stock_movement").filter(|it| it.text("reason") == "taken") {
        let taken = (movement.text("sku"), movement.text("reference"));
        if !seen.insert(taken) {
            twice.insert(taken);
        }
    }
    twice
}
