//! Whole purchases on a real database: use cases, inbox, tasks and timers together, other contexts and the provider
//! played by the test.

#![expect(clippy::unwrap_used, reason = "cases of tests fail by panicking")]

use std::sync::Arc;
use std::time::Duration;

use chassis::ContextModule as _;
use chassis::messaging::{DeadLetters, InboxAdmin as _, each_record};
use order::application::{
    ListOrdersQuery, NotOrderable, OpenCardPageQuery, PlaceOrderError, PlacedOrder, RefundOrderCommand,
    RefundOrderError, RequestCancellationCommand, SetCartItemCommand, SetCartItemError, ViewCartError, ViewCartQuery,
    ViewOrderQuery,
};
use order::domain::{
    AttentionReason, Country, FulfilmentStatus, IntentId, IntentStatus, LineChange, OrderState, PaymentAxis, Reason,
    RefundRefused, Status,
};
use order::testing::{a_customer, a_staff_member, nzd, sku};
use serde_json::json;
use shared_kernel::{Identity, Quantity};

use crate::shop::{TestShop, fact, intent_of, is_canceled, places, product, succeeded};
use crate::storage::Storage;

async fn a_purchase_goes_from_cart_to_receipt_and_completion(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let id = order.id();
    assert_eq!(order.totals().gross, nzd(20_690));
    let letters = shop.receipts.sent();
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "aroha1@example.com"));
    assert_eq!(letters[0].payment_reference, intent_of(&order).as_str());
    assert!(shop.order(id).await.receipt().unwrap().sent_at.is_some());
    let view = ViewCartQuery { cart: order.cart().unwrap(), by: Some(a_customer(1).customer) };
    assert!(shop.use_cases().view_cart.execute(view).await.unwrap().lines.is_empty(), "what is paid leaves the cart");
    let items =
        json!({"items": [{"sku": "NOTE", "title": "t", "kind": "physical", "quantity": 2, "status": "pending"}]});
    shop.fulfilment_says("shipping_order_created", id, items).await;
    let sent = json!({"sku": "NOTE", "kind": "physical", "quantity": 2, "carrier": "NZ Post", "tracking": "T1",
                      "processed_at": "2026-11-22T13:00:00Z"});
    shop.fulfilment_says("item_processed", id, sent).await;
    shop.fulfilment_says("shipping_order_processed", id, json!({"processed_at": "2026-11-22T13:00:00Z"})).await;
    assert_eq!(shop.order(id).await.status(), Status::Completed);
    assert_eq!(shop.published(id).await, ["placed", "paid", "completed"]);
}

async fn an_order_without_stock_is_rejected_and_the_cart_keeps_its_things(on: Storage) {
    let shop = TestShop::open(on).await;
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 2)]).await;
    let placed = shop.use_cases().place_order.execute(places(cart, &by, "k")).await.unwrap();
    let id = placed.order().id();
    shop.fulfilment_says("stock_rejected", id, json!({"short": ["NOTE"]})).await;
    let seen = shop.use_cases().wait_until_payable.execute(id).await.unwrap().unwrap();
    assert_eq!(seen.state(), &OrderState::Rejected { skus: vec![sku("NOTE")] });
    assert_eq!(shop.provider.calls(), 0, "no payment is prepared for what cannot be had");
    let view = ViewCartQuery { cart, by: Some(by.customer) };
    assert_eq!(shop.use_cases().view_cart.execute(view).await.unwrap().count(), 2);
}

async fn the_same_webhook_posted_thrice_has_one_effect(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.provider_says_paid(&order, "evt_1").await;
    let object = succeeded(&intent_of(&order), order.id(), 20_690);
    assert!(!shop.provider_posts("evt_1", "payment_intent.succeeded", object.clone()).await, "it is known");
    assert!(shop.provider_posts("evt_2", "payment_intent.succeeded", object).await, "another event, the same fact");
    assert_eq!(shop.published(order.id()).await, ["placed", "paid"]);
    assert_eq!((shop.receipts.sent().len(), shop.provider.refunds().len()), (1, 0));
}

async fn a_decline_can_be_followed_by_a_payment(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    let declined = json!({"id": intent_of(&order).as_str(), "object": "payment_intent", "currency": "nzd"});
    let status = IntentStatus::Open { declined: Some("Your card was declined.".into()) };
    shop.provider.set(&intent_of(&order), status);
    shop.provider_posts("evt_1", "payment_intent.payment_failed", declined).await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Initial);
    shop.provider_says_paid(&order, "evt_2").await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Paid);
    assert_eq!(shop.published(order.id()).await, ["placed", "payment_failed", "paid"]);
}

async fn an_unpaid_order_expires_only_after_the_provider_has_closed_its_intent(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.minutes_pass(30);
    shop.provider.is_down(true);
    shop.deadlines().await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Initial, "the provider has not confirmed");
    shop.provider.is_down(false);
    shop.minutes_pass(1);
    shop.settle().await;
    assert!(is_canceled(&shop, &intent_of(&order)));
    assert_eq!(shop.order(order.id()).await.status(), Status::Expired);
    assert_eq!(shop.published(order.id()).await, ["placed", "expired"]);
}

async fn money_that_was_quicker_than_the_deadline_counts(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.provider.buyer_pays(&intent_of(&order), order.totals().gross);
    shop.minutes_pass(30);
    shop.deadlines().await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Paid, "cancelling found the money");
    assert_eq!(shop.receipts.sent().len(), 1);
}

async fn late_money_is_returned_exactly_once(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.minutes_pass(30);
    shop.deadlines().await;
    let late = succeeded(&intent_of(&order), order.id(), 20_690);
    let second = json!({"id": "pi_second", "object": "payment_intent", "amount_received": 20_690, "currency": "nzd"});
    for intent in [intent_of(&order), IntentId::new("pi_second")] {
        shop.provider.buyer_pays(&intent, nzd(20_690));
        shop.provider.was_made_for(&intent, order.id(), order.number());
    }
    for (event, object) in [("evt_1", &late), ("evt_2", &late), ("evt_3", &second), ("evt_4", &second)] {
        shop.provider_posts(event, "payment_intent.succeeded", object.clone()).await;
    }
    let order = shop.order(order.id()).await;
    assert_eq!((order.status(), order.is_returned()), (Status::Expired, true));
    let mut returned: Vec<String> = shop.provider.refunds().iter().map(|refund| refund.intent.to_string()).collect();
    returned.sort();
    assert_eq!(returned, [intent_of(&order).to_string(), "pi_second".to_string()], "each payment once");
    assert_eq!(shop.receipts.sent().len(), 0);
    assert_eq!(shop.published(order.id()).await, ["placed", "expired"]);
}

async fn a_wrong_amount_never_makes_an_order_paid(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    let short = succeeded(&intent_of(&order), order.id(), 1);
    shop.provider.buyer_pays(&intent_of(&order), nzd(1));
    shop.provider_posts("evt_1", "payment_intent.succeeded", short).await;
    let order = shop.order(order.id()).await;
    assert_eq!((order.status(), order.attention().is_some()), (Status::Initial, true));
    assert_eq!(order.payment_axis(), PaymentAxis::Refunded, "never paid, and the cent is back");
    let refunds = shop.provider.refunds();
    assert_eq!((refunds.len(), refunds[0].amount), (1, nzd(1)));
    shop.minutes_pass(30);
    shop.deadlines().await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Expired);
}

async fn what_a_lost_webhook_left_behind_is_repaired_by_reconciliation(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.provider.buyer_pays(&intent_of(&order), order.totals().gross);
    let summary = shop.module.reconcile().await.unwrap();
    let repaired: Vec<_> = summary.repaired.iter().map(|(number, news)| (number, news.concat())).collect();
    assert_eq!(repaired, [(order.number(), "Paid".to_owned())]);
    assert_eq!(shop.order(order.id()).await.status(), Status::Paid);
    let summary = shop.module.reconcile().await.unwrap();
    assert_eq!((summary.compared, summary.repaired.len(), summary.unanswered.len()), (1, 0, 0), "the books agree");
}

async fn a_card_page_with_an_intent_of_its_own_is_closed_at_the_deadline_and_asked_after_when_the_webhook_is_lost(
    on: Storage,
) {
    for (pays, minutes, ends) in [(true, 0, Status::Paid), (true, 30, Status::Paid), (false, 30, Status::Expired)] {
        let shop = TestShop::open(on).await;
        shop.provider.makes_pages_with_intents();
        let order = shop.payable_order().await;
        for _ in 0..2 {
            let query = OpenCardPageQuery { order: order.id(), by: a_customer(1) };
            shop.use_cases().open_card_page.execute(query).await.unwrap();
        }
        let order = shop.order(order.id()).await;
        let intents: Vec<_> = order.payments().iter().map(|payment| payment.intent.clone()).collect();
        assert_eq!(intents.len(), 2, "the order's and the page's");
        assert_eq!(order.payable().map(|payment| &payment.intent), Some(&intents[0]));
        if pays {
            shop.provider.buyer_pays(&intents[1], order.totals().gross);
        }
        shop.minutes_pass(minutes);
        shop.deadlines().await;
        shop.module.reconcile().await.unwrap();
        shop.settle().await;
        assert_eq!(shop.order(order.id()).await.status(), ends);
        assert!(is_canceled(&shop, &intents[0]));
        assert_eq!(is_canceled(&shop, &intents[1]), !pays);
        assert!(shop.provider.refunds().is_empty());
    }
}

async fn a_provider_that_is_down_delays_the_payment_and_loses_nothing(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.provider.is_down(true);
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("EBOOK", 1)]).await;
    let placed = shop.use_cases().place_order.execute(places(cart, &by, "k")).await.unwrap();
    let id = placed.order().id();
    shop.fulfilment_says("stock_reserved", id, json!({})).await;
    let waited = shop.use_cases().wait_until_payable.execute(id).await.unwrap().unwrap();
    assert_eq!((waited.status(), waited.address()), (Status::AwaitingStock, None));
    shop.minutes_pass(11);
    shop.settle().await;
    assert!(shop.order(id).await.attention().is_some(), "after ten minutes a person knows");
    shop.provider.is_down(false);
    shop.minutes_pass(11);
    shop.settle().await;
    let order = shop.order(id).await;
    assert_eq!((order.status(), order.attention()), (Status::Initial, None));
}

async fn a_cancellation_returns_the_money_when_fulfilment_agrees(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let id = order.id();
    let ask = |by: Identity| RequestCancellationCommand { order: id, by, reason: None, key: "c".into() };
    assert!(
        shop.use_cases().request_cancellation.execute(ask(a_customer(2))).await.is_err(),
        "another customer's order"
    );
    for _ in 0..2 {
        let asked = shop.use_cases().request_cancellation.execute(ask(a_customer(1))).await.unwrap();
        assert_eq!(asked.status(), Status::CancelPending);
    }
    shop.fulfilment_says("shipping_order_cancelled", id, json!({})).await;
    let order = shop.order(id).await;
    assert_eq!((order.status(), order.is_returned()), (Status::Cancelled, true));
    assert_eq!(shop.provider.refunds()[0].amount, nzd(20_690));
    assert_eq!(shop.published(id).await, ["placed", "paid", "cancellation_requested", "refunded", "cancelled"]);
}

async fn a_cancellation_that_fulfilment_refuses_leaves_the_order_paid(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = shop.paid_order().await.id();
    let ask =
        RequestCancellationCommand { order: id, by: a_customer(1), reason: Some(Reason::new("x")), key: "c".into() };
    shop.use_cases().request_cancellation.execute(ask).await.unwrap();
    shop.fulfilment_says("cancellation_refused", id, json!({"reason": "already packed"})).await;
    assert_eq!(shop.order(id).await.status(), Status::Paid);
    assert_eq!(shop.provider.refunds().len(), 0);
}

async fn goods_that_are_gone_after_payment_are_paid_back(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = shop.paid_order().await.id();
    shop.fulfilment_says("stock_rejected", id, json!({"short": ["NOTE"]})).await;
    assert_eq!(shop.order(id).await.status(), Status::Cancelled);
    assert_eq!(shop.published(id).await, ["placed", "paid", "refunded", "cancelled"]);
}

async fn of_fifty_refunds_of_sixty_percent_at_once_one_is_made(on: Storage) {
    let shop = Arc::new(TestShop::open(on).await);
    let order = shop.paid_order().await;
    let mut running = tokio::task::JoinSet::new();
    for number in 0..50 {
        let (shop, id) = (Arc::clone(&shop), order.id());
        let amount = Some(nzd(20_690 * 6 / 10));
        running.spawn(async move {
            let by = a_staff_member();
            let command = RefundOrderCommand { order: id, by, amount, reason: None, key: format!("r{number}") };
            shop.use_cases().refund_order.execute(command).await
        });
    }
    let outcomes = running.join_all().await;
    let refused = |outcome: &&Result<_, RefundOrderError>| {
        matches!(outcome, Err(RefundOrderError::Refused(RefundRefused::TooMuch { .. })))
    };
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(refused).count(), 49);
    shop.settle().await;
    assert_eq!(shop.provider.refunds().len(), 1);
}

async fn only_the_staff_may_refund_and_a_key_refunds_once(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = shop.paid_order().await.id();
    let ask = |by: Identity, minor| RefundOrderCommand {
        order: id,
        by,
        amount: Some(nzd(minor)),
        reason: Some(Reason::new("scratched")),
        key: "r".into(),
    };
    let refund = &shop.use_cases().refund_order;
    assert!(matches!(refund.execute(ask(a_customer(1), 100)).await, Err(RefundOrderError::Forbidden)));
    refund.execute(ask(a_staff_member(), 100)).await.unwrap();
    refund.execute(ask(a_staff_member(), 100)).await.unwrap();
    assert!(matches!(refund.execute(ask(a_staff_member(), 200)).await, Err(RefundOrderError::KeyReused)));
    shop.settle().await;
    assert_eq!(shop.provider.refunds().len(), 1);
    assert_eq!(shop.published(id).await, ["placed", "paid", "refunded"]);
}

async fn a_refund_that_the_provider_refuses_is_a_dead_letter_and_needs_attention(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.leaves_messages();
    let id = shop.paid_order().await.id();
    shop.provider.refuses(true);
    let ask = RefundOrderCommand { order: id, by: a_staff_member(), amount: None, reason: None, key: "r".into() };
    shop.use_cases().refund_order.execute(ask).await.unwrap();
    shop.settle().await;
    assert!(shop.order(id).await.attention().is_some());
    let letters = shop.messages().dead_letters(10).await.unwrap();
    assert_eq!((letters.len(), letters[0].event_type.as_str()), (1, "task.refund-payment"));
}

async fn a_refund_that_was_refused_has_another_key_when_it_is_tried_again(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = shop.paid_order().await.id();
    shop.provider.refuses(true);
    let ask = RefundOrderCommand { order: id, by: a_staff_member(), amount: None, reason: None, key: "r".into() };
    shop.use_cases().refund_order.execute(ask).await.unwrap();
    shop.settle().await;
    shop.provider.refuses(false);
    let letters = DeadLetters::new(vec![("order", shop.messages())]);
    let letter = letters.list(1).await.unwrap().remove(0);
    assert!(letters.retry(&letter.id()).await.unwrap());
    shop.settle().await;
    let asked: Vec<u32> = shop.provider.refunds().iter().map(|refund| refund.keys_used).collect();
    assert_eq!(asked, [1], "the provider would repeat its refusal under the first key");
    assert_eq!(shop.published(id).await, ["placed", "paid", "refunded"]);
}

async fn an_order_whose_payment_is_refused_ends_and_a_person_is_told(on: Storage) {
    let shop = TestShop::open(on).await;
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 1)]).await;
    let placed = shop.use_cases().place_order.execute(places(cart, &by, "k")).await.unwrap();
    let id = placed.order().id();
    shop.provider.refuses(true);
    shop.fulfilment_says("stock_reserved", id, json!({})).await;
    shop.settle().await;
    let order = shop.order(id).await;
    assert_eq!(order.status(), Status::Expired, "its goods are free again");
    assert_eq!(order.attention().unwrap().reason, AttentionReason::IntentNotCreated);
    assert!(order.is_payment_impossible());
    assert_eq!(shop.published(id).await, ["placed", "expired"]);
    assert_eq!(shop.dead_letters().await, 0, "there is nothing to try again");
}

async fn a_repeated_request_places_one_order_and_another_body_under_its_key_is_refused(on: Storage) {
    let shop = TestShop::open(on).await;
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 1)]).await;
    let place = &shop.use_cases().place_order;
    let PlacedOrder::New(order) = place.execute(places(cart, &by, "k")).await.unwrap() else { panic!("not new") };
    let repeat = place.execute(places(cart, &by, "k")).await.unwrap();
    assert_eq!(repeat, PlacedOrder::Repeat(order.clone()));
    let open = place.execute(places(cart, &by, "another")).await.unwrap();
    assert_eq!(open, PlacedOrder::Open(order.clone()), "the cart has an open order that is just this");
    let mut other = places(cart, &by, "k");
    other.expected_total = Some(nzd(1));
    assert!(matches!(place.execute(other).await, Err(PlaceOrderError::KeyReused)));
    assert_eq!(order.number().as_str(), "BS-100001");
}

async fn a_changed_cart_supersedes_its_open_order_and_closes_its_intent(on: Storage) {
    let shop = TestShop::open(on).await;
    let by = a_customer(1);
    let old = shop.payable_order().await;
    let cart = old.cart().unwrap();
    shop.puts(cart, &by, "EBOOK", 1).await;
    let placed = shop.use_cases().place_order.execute(places(cart, &by, "second")).await.unwrap();
    let new = placed.order();
    shop.settle().await;
    assert_eq!(new.replaces(), Some(old.id()));
    assert_eq!(shop.order(old.id()).await.state(), &OrderState::Expired { superseded_by: Some(new.id()) });
    assert!(is_canceled(&shop, &intent_of(&old)));
    assert_eq!(shop.published(old.id()).await, ["placed", "expired"]);
}

async fn an_order_is_refused_by_name(on: Storage) {
    let shop = TestShop::open(on).await;
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 1)]).await;
    let place = &shop.use_cases().place_order;
    let order = |change: &dyn Fn(&mut order::application::PlaceOrderCommand)| {
        let mut command = places(cart, &by, "k");
        change(&mut command);
        place.execute(command)
    };
    let unverified = order(&|command| command.by.verified = false).await;
    assert!(matches!(unverified, Err(PlaceOrderError::EmailNotVerified)));
    let foreign = order(&|command| command.by = a_customer(2)).await;
    assert!(matches!(foreign, Err(PlaceOrderError::NoSuchCart)));
    let homeless = order(&|command| command.delivery_address = None).await;
    assert!(matches!(homeless, Err(PlaceOrderError::AddressRequired)));
    let Err(PlaceOrderError::PriceChanged(cart_now)) = order(&|command| command.expected_total = Some(nzd(1))).await
    else {
        panic!("a wrong total was accepted");
    };
    assert_eq!(cart_now.order_totals.gross, nzd(10_690));
    let empty = shop.cart(&by, &[]).await;
    assert!(matches!(place.execute(places(empty, &by, "e")).await, Err(PlaceOrderError::EmptyCart)));
    shop.hears(product("draft", 10_000)).await;
    let Err(PlaceOrderError::NotForSale(skus)) = order(&|_| ()).await else { panic!("a withdrawn thing was sold") };
    assert_eq!(skus, [sku("NOTE")]);
}

async fn prices_come_from_the_catalogue_and_are_frozen_at_placement(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.payable_order().await;
    shop.hears(product("active", 12_000)).await;
    assert_eq!(shop.order(order.id()).await.totals().gross, nzd(20_690));
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 1)]).await;
    let view = shop.use_cases().view_cart.execute(ViewCartQuery { cart, by: Some(by.customer) }).await.unwrap();
    assert_eq!((view.totals.gross, view.order_totals.gross, view.needs_address), (nzd(12_000), nzd(12_690), true));
}

async fn a_cart_shows_what_can_no_longer_be_bought_and_hints_at_stock(on: Storage) {
    let shop = TestShop::open(on).await;
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 3), ("EBOOK", 1)]).await;
    let level = json!({"sku": "NOTE", "on_hand": 5, "available": 2});
    shop.hears(fact("store.fulfilment.stock_changed.v1", "/fulfilment", "NOTE", level)).await;
    let gone = json!({"product_id": "0190f3a0-0000-7000-8000-00000000ca7a", "skus": ["EBOOK"]});
    shop.hears(fact("store.catalogue.product_withdrawn.v1", "/catalogue", "p", gone)).await;
    let query = ViewCartQuery { cart, by: Some(by.customer) };
    let view = shop.use_cases().view_cart.execute(query).await.unwrap();
    assert_eq!(
        view.lines.iter().map(|line| (line.for_sale, line.in_stock())).collect::<Vec<_>>(),
        [(true, Some(false)), (false, None)]
    );
    assert_eq!((view.totals.gross, view.check_out()), (nzd(30_000), Err(NotOrderable::NotForSale)));
    let put = |code, count| SetCartItemCommand {
        cart,
        by: Some(by.customer),
        sku: sku(code),
        change: LineChange::Set(Quantity::new(count).unwrap()),
    };
    let set = &shop.use_cases().set_cart_item;
    assert!(matches!(set.execute(put("EBOOK", 2)).await, Err(SetCartItemError::UnknownSku(_))));
    assert!(matches!(set.execute(put("NOWHERE", 1)).await, Err(SetCartItemError::UnknownSku(_))));
    assert_eq!(set.execute(put("EBOOK", 0)).await.unwrap().lines.len(), 1, "it can still be taken out");
}

async fn a_guests_cart_is_open_until_a_customer_claims_it(on: Storage) {
    let shop = TestShop::open(on).await;
    let cases = shop.use_cases();
    let cart = cases.create_cart.execute(order::application::CreateCartCommand { by: None }).await.unwrap().id;
    let sees = |by: Option<&Identity>| cases.view_cart.execute(ViewCartQuery { cart, by: by.map(|who| who.customer) });
    let (mine, other) = (a_customer(1), a_customer(2));
    assert!(sees(None).await.is_ok() && sees(Some(&other)).await.is_ok());
    let claim = order::application::ClaimCartCommand { cart, by: mine.customer };
    cases.claim_cart.execute(claim.clone()).await.unwrap();
    cases.claim_cart.execute(claim).await.unwrap();
    assert!(sees(Some(&mine)).await.is_ok());
    assert!(matches!(sees(None).await, Err(ViewCartError::NoSuchCart)));
    assert!(matches!(sees(Some(&other)).await, Err(ViewCartError::NoSuchCart)));
    let claim = order::application::ClaimCartCommand { cart, by: other.customer };
    assert!(cases.claim_cart.execute(claim).await.is_err());
}

async fn an_order_is_seen_by_its_buyer_and_the_staff_alone(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let sees = |by: Identity| shop.use_cases().view_order.execute(ViewOrderQuery { order: order.id(), by });
    assert!(sees(a_customer(1)).await.is_ok() && sees(a_staff_member()).await.is_ok());
    assert!(sees(a_customer(2)).await.is_err());
    let list = &shop.use_cases().list_orders;
    let of = |number| list.of_customer(a_customer(number).customer, ListOrdersQuery::default());
    assert_eq!(of(1).await.unwrap().items.len(), 1);
    assert_eq!(of(2).await.unwrap().items.len(), 0);
    shop.clock.advance(Duration::from_hours(200 * 24));
    assert_eq!(of(1).await.unwrap().items.len(), 0, "history goes back six months");
    let cursor = ListOrdersQuery { cursor: Some("nonsense".into()), ..ListOrdersQuery::default() };
    assert!(list.of_everybody(cursor).await.is_err());
}

async fn provider_events_that_are_not_ours_are_ignored_and_unreadable_money_is_a_dead_letter(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.leaves_messages();
    let foreign = json!({"id": "pi_other", "object": "payment_intent", "amount_received": 5, "currency": "nzd"});
    shop.provider_posts("evt_1", "payment_intent.succeeded", foreign).await;
    shop.provider_posts("evt_2", "customer.created", json!({"id": "cus_1"})).await;
    assert_eq!(shop.dead_letters().await, 0);
    shop.provider_posts("evt_3", "payment_intent.succeeded", json!({"id": "pi_1"})).await;
    let unknown = json!({"id": "pi_2", "object": "payment_intent", "amount_received": 5, "currency": "nzd",
                         "metadata": {"order_id": uuid::Uuid::from_u128(404)}});
    shop.provider_posts("evt_4", "payment_intent.succeeded", unknown).await;
    assert_eq!(shop.dead_letters().await, 1, "what cannot be read; another program's payment is none of ours");
}

async fn waiting_ends_as_soon_as_the_order_can_be_paid(on: Storage) {
    let shop = TestShop::patient(on, Duration::from_millis(50)).await;
    let by = a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 1)]).await;
    let placed = shop.use_cases().place_order.execute(places(cart, &by, "k")).await.unwrap();
    let id = placed.order().id();
    let waits = shop.use_cases().wait_until_payable.execute(id);
    let (waited, ()) = tokio::join!(waits, shop.fulfilment_says("stock_reserved", id, json!({})));
    assert!(matches!(waited.unwrap().unwrap().status(), Status::Initial | Status::AwaitingStock));
    let waited = shop.use_cases().wait_until_payable.execute(id).await.unwrap().unwrap();
    assert_eq!(waited.status(), Status::Initial);
}

async fn another_shops_orders_are_imported_once_with_dates_and_without_moving_anything(on: Storage) {
    let shop = TestShop::open(on).await;
    let line = |number: &str, status: &str| {
        json!({"number": number, "placed_at": "2019-03-04T05:06:07Z", "status": status,
            "customer": {"id": "17850", "name": "Example Buyer"}, "country": "United Kingdom", "currency": "GBP",
            "lines": [{"sku": "85123A", "title": "WHITE HANGING HEART", "quantity": 600, "unit_price_minor": 255}]})
    };
    let orders = [line("536365", "COMPLETED"), line("C536379", "CANCELLED"), line("1", "INITIAL"), line("2", "?")];
    let file = orders.map(|order| order.to_string()).join("\n");
    let summary = shop.module.import_orders(file.as_bytes(), false).await.unwrap();
    assert_eq!((summary.imported, summary.refused.len()), (0, 2), "all or nothing");
    let summary = shop.module.import_orders(file.as_bytes(), true).await.unwrap();
    assert_eq!((summary.imported, summary.repeated, summary.refused.len()), (2, 0, 2));
    assert_eq!(summary.refused.iter().map(|bad| bad.line).collect::<Vec<_>>(), [3, 4]);
    let summary = shop.module.import_orders(file.as_bytes(), true).await.unwrap();
    assert_eq!((summary.imported, summary.repeated), (0, 2));
    for words in ["17850", "example buyer"] {
        let query = ListOrdersQuery { text: Some(words.into()), ..ListOrdersQuery::default() };
        assert_eq!(shop.use_cases().list_orders.of_everybody(query).await.unwrap().items.len(), 2, "{words}");
    }
    shop.deadlines().await;
    let query = ListOrdersQuery { text: Some("536365".into()), ..ListOrdersQuery::default() };
    let found = shop.use_cases().list_orders.of_everybody(query).await.unwrap().items.remove(0);
    assert_eq!((found.status(), found.totals().gross.minor()), (Status::Completed, 153_000));
    assert_eq!(
        (found.country(), found.fulfilment().status()),
        (Country::parse("GB").unwrap(), FulfilmentStatus::Processed)
    );
    assert_eq!(shop.published(found.id()).await, ["imported"]);
    assert_eq!((shop.provider.calls(), shop.receipts.sent().len()), (0, 0));
    let asked = RequestCancellationCommand { order: found.id(), by: a_staff_member(), reason: None, key: "c".into() };
    assert!(shop.use_cases().request_cancellation.execute(asked).await.is_err());
}

async fn the_audit_lays_every_order_open_without_secrets(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await;
    let mut lines = Vec::new();
    each_record(async |to| shop.module.write_audit(&to).await, |line| lines.push(line)).await.unwrap();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["id"], json!(order.id()));
    assert_eq!((line["captured_minor"].as_i64(), line["gross_minor"].as_i64()), (Some(20_690), Some(20_690)));
    assert_eq!(line["payments"][0]["status"], "captured");
    assert!(line["receipt"]["sent_at"].is_string());
    let text = line.to_string();
    assert!(!text.contains("secret") && !text.contains("aroha"), "{text}");
}

async fn timers_run_and_find_nothing_to_do_in_a_quiet_shop(on: Storage) {
    let shop = TestShop::open(on).await;
    for job in shop.module.jobs() {
        job.once().await.unwrap();
    }
    let order = shop.payable_order().await;
    shop.minutes_pass(31);
    for job in shop.module.jobs() {
        job.once().await.unwrap();
    }
    shop.settle().await;
    assert_eq!(shop.order(order.id()).await.status(), Status::Expired);
    assert_eq!(shop.provider.status(&intent_of(&order)), Some(IntentStatus::Canceled));
}

on_both_engines! {
    a_purchase_goes_from_cart_to_receipt_and_completion
    an_order_without_stock_is_rejected_and_the_cart_keeps_its_things
    the_same_webhook_posted_thrice_has_one_effect
    a_decline_can_be_followed_by_a_payment
    an_unpaid_order_expires_only_after_the_provider_has_closed_its_intent
    money_that_was_quicker_than_the_deadline_counts
    late_money_is_returned_exactly_once
    a_wrong_amount_never_makes_an_order_paid
    what_a_lost_webhook_left_behind_is_repaired_by_reconciliation
    a_card_page_with_an_intent_of_its_own_is_closed_at_the_deadline_and_asked_after_when_the_webhook_is_lost
    a_provider_that_is_down_delays_the_payment_and_loses_nothing
    a_cancellation_returns_the_money_when_fulfilment_agrees
    a_cancellation_that_fulfilment_refuses_leaves_the_order_paid
    goods_that_are_gone_after_payment_are_paid_back
    of_fifty_refunds_of_sixty_percent_at_once_one_is_made
    only_the_staff_may_refund_and_a_key_refunds_once
    a_refund_that_the_provider_refuses_is_a_dead_letter_and_needs_attention
    a_refund_that_was_refused_has_another_key_when_it_is_tried_again
    an_order_whose_payment_is_refused_ends_and_a_person_is_told
    a_repeated_request_places_one_order_and_another_body_under_its_key_is_refused
    a_changed_cart_supersedes_its_open_order_and_closes_its_intent
    an_order_is_refused_by_name
    prices_come_from_the_catalogue_and_are_frozen_at_placement
    a_cart_shows_what_can_no_longer_be_bought_and_hints_at_stock
    a_guests_cart_is_open_until_a_customer_claims_it
    an_order_is_seen_by_its_buyer_and_the_staff_alone
    provider_events_that_are_not_ours_are_ignored_and_unreadable_money_is_a_dead_letter
    waiting_ends_as_soon_as_the_order_can_be_paid
    another_shops_orders_are_imported_once_with_dates_and_without_moving_anything
    the_audit_lays_every_order_open_without_secrets
    timers_run_and_find_nothing_to_do_in_a_quiet_shop
}
