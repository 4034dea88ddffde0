//! The pages, as a browser without scripts uses them.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod parts;

use std::time::Duration;

use actix_web::test::TestRequest;
use order::domain::{DisputeReport, DisputeStatus, Kind, Order};
use serde_json::json;
use shared_kernel::{Currency, Money, OrderId, Timestamp};

use crate::http::{AROHA, Answer, STAFF, UNVERIFIED, WIREMU};
use crate::shop::{GUIDE, MUG, NOTEBOOK, TestShop};
use crate::storage::Storage;

/// Somebody at a browser: logged in or not, with the cookies that they were given.
struct Browser<'a> {
    shop: &'a TestShop,
    token: Option<&'a str>,
    cookies: Vec<(&'static str, String)>,
}

impl<'a> Browser<'a> {
    fn of(shop: &'a TestShop, token: Option<&'a str>) -> Self {
        Self { shop, token, cookies: Vec::new() }
    }

    async fn open(&mut self, path: &str) -> Answer {
        let cookies: Vec<(&str, &str)> = self.cookies.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.shop.page(path, self.token, &cookies).await;
        self.keep(&answer);
        answer
    }

    async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookies: Vec<(&str, &str)> = self.cookies.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = self.shop.form(path, self.token, &cookies, fields).await;
        self.keep(&answer);
        answer
    }

    /// Sends a form and goes where the answer points to.
    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let sent = self.send(path, fields).await;
        assert_eq!(sent.status, 303, "{sent:?}");
        self.open(&sent.header("location").replace("http://shop.test", "")).await
    }

    fn keep(&mut self, answer: &Answer) {
        for name in ["cart", "cart_count", "flash"] {
            if let Some(value) = answer.cookie(name) {
                self.cookies.retain(|(known, _)| *known != name);
                self.cookies.push((name, value));
            }
        }
    }

    fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// Puts one of it into the cart.
    async fn add(&mut self, sku: &str) -> Answer {
        self.submit("/cart/items", &[("sku", sku)]).await
    }

    /// Goes through the whole checkout, up to the order.
    async fn orders(&mut self, skus: &[&str]) -> OrderId {
        for sku in skus {
            self.add(sku).await;
        }
        let physical = skus.iter().any(|sku| *sku != GUIDE);
        let confirm = if physical { self.send("/checkout", &HOME).await } else { self.open("/checkout").await };
        let placed = self.confirm(&confirm).await;
        assert_eq!(placed.status, 303, "{placed:?}");
        let id = placed.header("location").split('/').nth(2).unwrap();
        OrderId::parse(id).unwrap_or_else(|_| panic!("{placed:?}"))
    }

    /// Sends the form of the confirmation page.
    async fn confirm(&mut self, page: &Answer) -> Answer {
        let names = ["idempotency_key", "expected_total", "expected_currency"];
        let address = ["name", "line1", "line2", "city", "region", "postcode", "country"];
        let shipped = page.marked("delivery-address").len() == 1;
        let names = names.into_iter().chain(address.into_iter().filter(|_| shipped));
        let fields: Vec<(&str, String)> = names.map(|name| (name, page.hidden(name))).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send("/checkout/confirm", &fields).await
    }

    /// Orders and pays.
    async fn buys(&mut self, skus: &[&str]) -> OrderId {
        let order = self.orders(skus).await;
        self.shop.paid(order).await;
        order
    }
}

const HOME: [(&str, &str); 5] =
    [("name", "Aroha Ngata"), ("line1", "12 Kauri Lane"), ("city", "Nelson"), ("postcode", "7010"), ("country", "NZ")];

fn lines(page: &Answer) -> Vec<(String, String)> {
    page.marked("line-title").into_iter().zip(page.marked("line-total")).collect()
}

fn line(title: &str, total: &str) -> (String, String) {
    (title.to_owned(), total.to_owned())
}

async fn number(shop: &TestShop, order: OrderId) -> String {
    shop.order(order).await.number().to_string()
}

async fn adding_starts_at_one_and_goes_up_by_one(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    assert_eq!(guest.open("/cart").await.marked("cart-empty").len(), 1);
    assert_eq!(lines(&guest.add(NOTEBOOK).await), [line("Kea Notebook 14", "NZ$1,150.00")]);
    let cart = guest.add(NOTEBOOK).await;
    assert_eq!(lines(&cart), [line("Kea Notebook 14", "NZ$2,300.00")]);
    assert!(cart.body.contains(r#"name="quantity.KEA-14" value="2""#), "{}", cart.body);
    assert_eq!(cart.marked("unit-price"), ["NZ$1,150.00"]);
    assert_eq!(
        (cart.marked("total-net"), cart.marked("total-tax")),
        (vec!["NZ$2,000.00".into()], vec!["NZ$300.00".into()])
    );
    assert_eq!(cart.marked("total-gross"), ["NZ$2,300.00"]);
    assert_eq!((guest.cookie("cart_count"), cart.marked("cart-count")), ("2", vec!["2".to_owned()]));
}

async fn quantities_are_applied_from_nought_to_ninety_nine_and_no_others(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    guest.add(NOTEBOOK).await;
    guest.add(MUG).await;
    let applied = guest.submit("/cart", &[("quantity.KEA-14", "2"), ("quantity.WEKA/MUG", "99")]).await;
    assert_eq!(lines(&applied), [line("Kea Notebook 14", "NZ$2,300.00"), line("Weka Mug", "NZ$2,277.00")]);
    for wrong in ["100", "-1", "1.5", "", "1e1", "many"] {
        let refused = guest.submit("/cart", &[("quantity.KEA-14", "5"), ("quantity.WEKA/MUG", wrong)]).await;
        assert!(refused.marked("flash")[0].contains("from 0 to 99"), "{wrong:?}");
        assert_eq!(lines(&refused), lines(&applied), "{wrong:?} changed nothing");
    }
    let emptied = guest.submit("/cart", &[("quantity.KEA-14", "0"), ("quantity.WEKA/MUG", "0")]).await;
    assert_eq!(emptied.marked("cart-empty").len(), 1);
}

async fn a_quantity_that_was_typed_and_not_applied_is_what_is_checked_out(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    let cart = guest.add(MUG).await;
    // Enter in a field presses the first button of its form.
    let buttons = cart.body.split("data-test=\"cart-form\"").nth(1).unwrap();
    let first = &buttons[buttons.find("<button").unwrap()..];
    assert!(first.split('>').nth(1).unwrap().starts_with("Update cart"), "{first}");
    let sent = guest.send("/cart", &[("quantity.WEKA/MUG", "3"), ("then", "checkout")]).await;
    assert_eq!((sent.status, sent.header("location")), (303, "/checkout"));
    assert_eq!(lines(&guest.open("/cart").await), [line("Weka Mug", "NZ$69.00")]);
    let wrong = guest.send("/cart", &[("quantity.WEKA/MUG", "many"), ("then", "checkout")]).await;
    assert_eq!(wrong.header("location"), "/cart", "nothing is checked out that was not understood");
}

async fn the_remove_button_takes_its_line_and_leaves_the_rest(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    guest.add(NOTEBOOK).await;
    guest.add(MUG).await;
    // The button sends its form along.
    let left =
        guest.submit("/cart/remove", &[("quantity.KEA-14", "7"), ("quantity.WEKA/MUG", "7"), ("sku", MUG)]).await;
    assert_eq!(lines(&left), [line("Kea Notebook 14", "NZ$1,150.00")]);
    assert_eq!(guest.cookie("cart_count"), "1");
}

async fn what_is_not_sold_is_not_added_and_what_is_sold_no_more_is_marked(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    assert!(guest.add("NO-SUCH").await.marked("flash")[0].contains("not for sale"));
    guest.add(NOTEBOOK).await;
    guest.add(MUG).await;
    shop.withdraws(MUG).await;
    let cart = guest.open("/cart").await;
    assert_eq!(cart.marked("line-note"), ["Not for sale any more"]);
    assert_eq!(cart.marked("total-gross"), ["NZ$1,150.00"]);
    let mut aroha = Browser { token: Some(AROHA), ..guest };
    assert_eq!(aroha.open("/checkout").await.header("location"), "/cart");
}

async fn a_title_is_shown_and_never_run(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.sells("XSS", "<script>alert(1)</script>", Kind::Digital, 100).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let cart = aroha.add("XSS").await;
    let order = aroha.orders(&["XSS", GUIDE]).await;
    let page = aroha.open(&format!("/orders/{order}")).await;
    for page in [cart, page] {
        assert!(!page.body.contains("<script>alert") && page.body.contains("&#60;script&#62;alert"), "{}", page.body);
    }
}

async fn a_guest_is_sent_to_the_login_and_back_to_the_checkout(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    guest.add(NOTEBOOK).await;
    let sent = guest.open("/checkout").await;
    assert_eq!((sent.status, sent.header("location")), (303, "/login?next=%2Fcheckout"));
    let mut aroha = Browser { token: Some(AROHA), ..guest };
    assert_eq!(aroha.open("/checkout").await.marked("address-form").len(), 1, "the guest's cart is now the customer's");
}

async fn a_guest_is_told_of_what_cannot_be_ordered_before_the_login(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut guest = Browser::of(&shop, None);
    assert_eq!(guest.open("/checkout").await.header("location"), "/cart", "an empty cart");
    guest.add(NOTEBOOK).await;
    shop.has_left(NOTEBOOK, 0).await;
    assert_eq!(guest.open("/checkout").await.header("location"), "/cart");
    let cart = guest.open("/cart").await;
    assert!(cart.marked("flash")[0].contains("not enough stock of the marked items"), "{:?}", cart.marked("flash"));
}

async fn an_empty_cart_cannot_be_checked_out(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let sent = aroha.open("/checkout").await;
    assert_eq!((sent.status, sent.header("location")), (303, "/cart"));
    assert_eq!(aroha.open("/cart").await.marked("flash"), ["Your cart is empty."]);
}

async fn a_customer_with_an_unverified_address_is_told_so(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut new = Browser::of(&shop, Some(UNVERIFIED));
    new.add(NOTEBOOK).await;
    assert!(new.open("/checkout").await.marked("email-not-verified")[0].contains("person3@example.test"));
    assert_eq!(new.send("/checkout", &HOME).await.marked("email-not-verified").len(), 1);
    let forced = new
        .send(
            "/checkout/confirm",
            &[
                ("idempotency_key", "k"),
                ("expected_total", "115690"),
                ("expected_currency", "NZD"),
                ("name", "A"),
                ("line1", "B"),
                ("city", "C"),
                ("postcode", "D"),
                ("country", "NZ"),
            ],
        )
        .await;
    assert_eq!(forced.header("location"), "/checkout");
}

async fn goods_need_an_address_and_delivery_is_a_line_of_its_own(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    aroha.add(NOTEBOOK).await;
    aroha.add(GUIDE).await;
    let form = aroha.open("/checkout").await;
    assert_eq!(form.marked("address-form").len(), 1);
    assert!(form.body.contains(r#"<option value="NZ" selected>New Zealand"#));
    let wrong = aroha
        .send(
            "/checkout",
            &[
                ("name", "Aroha Ngata"),
                ("line1", "12 Kauri Lane"),
                ("city", ""),
                ("postcode", "7010"),
                ("country", "NZ"),
            ],
        )
        .await;
    assert_eq!((wrong.status, wrong.marked("form-error")[0].contains("city is missing")), (422, true));
    assert!(wrong.body.contains(r#"value="12 Kauri Lane""#), "what was typed stays");
    let confirm = aroha.send("/checkout", &HOME).await;
    assert_eq!(confirm.status, 200);
    assert_eq!(lines(&confirm), [line("Kea Notebook 14", "NZ$1,150.00"), line("Tui Field Guide", "NZ$11.50")]);
    assert_eq!(confirm.marked("shipping-total"), ["NZ$6.90"]);
    assert_eq!(confirm.marked("total-gross"), ["NZ$1,168.40"]);
    assert!(confirm.marked("place-order")[0].contains("NZ$1,168.40"));
    assert!(confirm.marked("receipt-email")[0].contains("person1@example.test"));
}

async fn digital_goods_need_no_address_and_cost_no_delivery(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    aroha.add(GUIDE).await;
    let confirm = aroha.open("/checkout").await;
    assert_eq!((confirm.marked("no-delivery").len(), confirm.marked("address-form").len()), (1, 0));
    assert_eq!(confirm.marked("shipping-line").len() + confirm.marked("total-shipping").len(), 0);
    assert_eq!(confirm.marked("total-gross"), ["NZ$11.50"]);
    let placed = aroha.confirm(&confirm).await;
    assert!(placed.header("location").ends_with("/pay"), "{placed:?}");
}

async fn a_confirmation_sent_twice_is_one_order(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    aroha.add(GUIDE).await;
    let confirm = aroha.open("/checkout").await;
    let (first, second) = (aroha.confirm(&confirm).await, aroha.confirm(&confirm).await);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(aroha.open("/orders").await.marked("order-row").len(), 1);
}

async fn a_price_that_changed_meanwhile_is_shown_and_not_charged(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    aroha.add(GUIDE).await;
    let confirm = aroha.open("/checkout").await;
    shop.sells(GUIDE, "Tui Field Guide", Kind::Digital, 9_900).await;
    assert_eq!(aroha.confirm(&confirm).await.header("location"), "/cart");
    let cart = aroha.open("/cart").await;
    assert!(cart.marked("flash")[0].contains("price has changed"));
    assert_eq!(cart.marked("total-gross"), ["NZ$99.00"]);
    assert_eq!(aroha.open("/orders").await.marked("orders-empty").len(), 1);
}

async fn the_way_to_the_card_page_waits_for_stock_and_a_payment_ends_at_home_with_a_notice(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.orders(&[NOTEBOOK]).await;
    let (pay, back) = (format!("/orders/{order}/pay"), format!("/orders/{order}/return"));
    let waiting = aroha.open(&pay).await;
    assert_eq!((waiting.status, waiting.marked("pending").len()), (200, 1));
    shop.reserves(order).await;
    let sent = aroha.open(&pay).await;
    assert_eq!((sent.status, sent.header("location")), (303, format!("/pay/{}", shop.intent(order).await).as_str()));
    let pending = aroha.open(&format!("{back}?redirect_status=succeeded")).await;
    assert_eq!(pending.header("location"), format!("/orders/{order}"), "the browser's word pays for nothing");
    assert!(
        aroha.open(&format!("/orders/{order}")).await.marked("flash")[0].contains("not confirmed your payment yet")
    );
    shop.provider_says(order, "payment_intent.succeeded", json!({})).await;
    let home = aroha.open(&format!("{back}?redirect_status=succeeded")).await;
    assert_eq!((home.status, home.header("location")), (303, "/"));
    assert_eq!(aroha.cookie("cart_count"), "0", "what was bought has left the cart");
    let next = aroha.open("/cart").await;
    let number = number(&shop, order).await;
    assert!(next.marked("flash")[0].contains(&format!("order {number} is paid")), "{:?}", next.marked("flash"));
    assert_eq!(next.marked("cart-empty").len(), 1);
    assert_eq!(aroha.open(&pay).await.header("location"), format!("/orders/{order}"), "there is nothing left to pay");
}

async fn a_declined_payment_leads_back_to_the_full_cart_and_can_be_tried_again(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.orders(&[NOTEBOOK]).await;
    shop.reserves(order).await;
    let declined = json!({"last_payment_error": {"message": "Your card was declined."}});
    shop.provider_says(order, "payment_intent.payment_failed", declined).await;
    let back = aroha.open(&format!("/orders/{order}/return?redirect_status=failed")).await;
    assert_eq!((back.status, back.header("location")), (303, "/cart"));
    let cart = aroha.open("/cart").await;
    let expected = "Payment unsuccessful: Your card was declined. You were not charged, and your cart is unchanged.";
    assert_eq!(cart.marked("flash"), [expected]);
    assert_eq!(lines(&cart), [line("Kea Notebook 14", "NZ$1,150.00")]);
    let page = aroha.open(&format!("/orders/{order}")).await;
    assert_eq!(
        (page.marked("payment-status"), page.marked("pay-again").len()),
        (vec!["Declined: Your card was declined.".into()], 1)
    );
    aroha.open(&format!("/orders/{order}/return?redirect_status=canceled")).await;
    let left = aroha.open("/cart").await.marked("flash");
    assert!(left[0].starts_with("You left the payment page."), "the refusal is of the attempt before: {left:?}");
    let again = aroha.open(&format!("/orders/{order}/return?redirect_status=succeeded")).await;
    assert_eq!(again.header("location"), format!("/orders/{order}"), "the refusal on record is of the attempt before");
    shop.provider_says(order, "payment_intent.succeeded", json!({})).await;
    assert_eq!(aroha.open(&format!("/orders/{order}/return")).await.header("location"), "/");
}

async fn a_customer_who_leaves_the_card_page_finds_the_cart_as_it_was(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.orders(&[GUIDE]).await;
    shop.reserves(order).await;
    aroha.open(&format!("/orders/{order}/return?redirect_status=canceled")).await;
    let cart = aroha.open("/cart").await;
    assert_eq!(cart.marked("flash"), ["You left the payment page. Nothing was charged, and your cart is unchanged."]);
    assert_eq!(cart.marked("cart-line").len(), 1);
}

async fn what_is_sold_out_is_named_and_nothing_is_charged(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.orders(&[NOTEBOOK, MUG]).await;
    shop.lacks(order, MUG).await;
    for way in ["pay", "return"] {
        assert_eq!(aroha.open(&format!("/orders/{order}/{way}")).await.header("location"), "/cart");
        assert!(aroha.open("/cart").await.marked("flash")[0].contains("not enough of Weka Mug"));
    }
    let page = aroha.open(&format!("/orders/{order}")).await;
    assert_eq!(page.marked("order-status"), ["Out of stock"]);
}

async fn the_last_address_is_offered_again(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    aroha.buys(&[NOTEBOOK]).await;
    aroha.add(MUG).await;
    let form = aroha.open("/checkout").await;
    for value in ["Aroha Ngata", "12 Kauri Lane", "Nelson", "7010"] {
        assert!(form.body.contains(&format!("value=\"{value}\"")), "{value}");
    }
}

async fn orders_are_listed_newest_first_and_older_ones_than_six_months_are_left_out(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let old = aroha.buys(&[GUIDE]).await;
    shop.clock.advance(Duration::from_hours(184 * 24));
    let first = aroha.buys(&[NOTEBOOK]).await;
    shop.clock.advance(Duration::from_mins(1));
    let second = aroha.buys(&[GUIDE]).await;
    let list = aroha.open("/orders").await;
    let numbers = vec![number(&shop, second).await, number(&shop, first).await];
    assert_eq!(list.marked("order-link"), numbers);
    assert!(!list.body.contains(&old.to_string()));
    assert_eq!(list.marked("order-status"), ["Paid", "Paid"]);
    assert_eq!(list.marked("order-net"), ["NZ$10.00", "NZ$1,006.00"]);
    assert_eq!(list.marked("order-delivery"), ["By e-mail", "Aroha Ngata, Nelson"]);
    assert_eq!(list.marked("order-date")[0], "26 May 2027, 00:01");
}

async fn an_order_shows_what_happens_to_it_and_its_cancel_button_only_works_in_time(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.orders(&[NOTEBOOK, MUG]).await;
    let path = format!("/orders/{order}");
    let disabled = |page: &Answer| page.marked("cancel").is_empty() && !page.marked("not-cancellable").is_empty();
    assert!(disabled(&aroha.open(&path).await));
    shop.paid(order).await;
    let paid = aroha.open(&path).await;
    assert!(!disabled(&paid));
    assert_eq!(
        (paid.marked("order-status"), paid.marked("order-number")),
        (vec!["Paid".into()], vec![number(&shop, order).await])
    );
    assert_eq!(paid.marked("timeline-step").len(), shop.order(order).await.history().len());
    shop.sends_first_line(order).await;
    let shipped = aroha.open(&path).await;
    assert!(disabled(&shipped));
    assert_eq!(
        (shipped.marked("order-status"), shipped.marked("tracking")),
        (vec!["Partly shipped".into()], vec!["TRACK-7".into()])
    );
    assert_eq!(shipped.marked("to-come"), ["Still to come: 1 × Weka Mug."]);
    assert_eq!(shipped.marked("fulfilment-status"), ["A part has been sent."]);
    assert_eq!(aroha.open("/orders").await.marked("order-status"), ["Partly shipped"]);
    let late = aroha.submit(&format!("{path}/cancel"), &[("idempotency_key", "c")]).await;
    assert!(late.marked("flash")[0].contains("sent already"), "{:?}", late.marked("flash"));
}

async fn a_cancelled_order_says_so_and_shows_its_refund(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let order = aroha.buys(&[NOTEBOOK]).await;
    let path = format!("/orders/{order}");
    let key = aroha.open(&path).await.hidden("idempotency_key");
    let asked = aroha.submit(&format!("{path}/cancel"), &[("idempotency_key", &key)]).await;
    assert_eq!(asked.marked("order-status"), ["Being cancelled"]);
    shop.fulfilment_says("shipping_order_cancelled", order, json!({})).await;
    let done = aroha.open(&path).await;
    assert_eq!(done.marked("order-status"), ["Cancelled"]);
    assert!(done.marked("refund")[0].starts_with("Refund of NZ$1,156.90"), "{:?}", done.marked("refund"));
}

async fn nobody_finds_anothers_order(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[GUIDE]).await;
    let mut wiremu = Browser::of(&shop, Some(WIREMU));
    for path in ["", "/pay", "/return"] {
        assert_eq!(wiremu.open(&format!("/orders/{order}{path}")).await.status, 404, "{path}");
    }
    assert_eq!(wiremu.send(&format!("/orders/{order}/cancel"), &[("idempotency_key", "k")]).await.status, 404);
    assert_eq!(wiremu.open("/orders").await.marked("orders-empty").len(), 1);
    assert_eq!(wiremu.open("/orders/nonsense").await.status, 404);
    let guest = Browser::of(&shop, None).open(&format!("/orders/{order}")).await;
    assert_eq!(guest.status, 303);
}

async fn the_back_office_is_for_the_staff(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[GUIDE]).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    for path in ["/admin/orders".to_owned(), format!("/admin/orders/{order}")] {
        assert_eq!(aroha.open(&path).await.status, 403);
        assert_eq!(Browser::of(&shop, None).open(&path).await.status, 303);
    }
    for path in ["refunds", "cancel", "attention", "payment-check"] {
        let fields = [("idempotency_key", "k"), ("amount", "1"), ("reason", "x")];
        assert_eq!(aroha.send(&format!("/admin/orders/{order}/{path}"), &fields).await.status, 403, "{path}");
    }
}

async fn the_staff_finds_orders_and_sees_first_what_needs_attention(on: Storage) {
    let shop = TestShop::open(on).await;
    let mut aroha = Browser::of(&shop, Some(AROHA));
    let first = aroha.buys(&[NOTEBOOK]).await;
    let second = aroha.buys(&[GUIDE]).await;
    let mut staff = Browser::of(&shop, Some(STAFF));
    let list = staff.open("/admin/orders").await;
    assert_eq!(list.marked("order-link"), [number(&shop, second).await, number(&shop, first).await]);
    assert_eq!(list.marked("needs-attention"), Vec::<String>::new());
    let intent = shop.intent(first).await;
    let dispute = json!({"id": "evt_d", "type": "charge.dispute.created",
                         "data": {"object": {"id": "dp_1", "object": "dispute", "payment_intent": intent.as_str()}}});
    shop.provider.is_told_of(DisputeReport {
        id: "dp_1".into(),
        intent,
        amount: Money::new(500, Currency::NZD),
        reason: "fraudulent".into(),
        status: DisputeStatus::NeedsResponse,
        respond_by: Some(Timestamp::parse("2026-12-01T00:00:00Z").unwrap()),
        withdrawn: true,
        opened_at: None,
    });
    assert_eq!(shop.webhook(&dispute.to_string()).await.status, 200);
    shop.settle().await;
    let list = staff.open("/admin/orders").await;
    assert_eq!(list.marked("order-link")[0], number(&shop, first).await, "what needs attention comes first");
    let found = staff.open(&format!("/admin/orders?q={}", number(&shop, second).await)).await;
    assert_eq!(found.marked("order-link"), [number(&shop, second).await]);
    assert_eq!(staff.open("/admin/orders?q=person1%40example.test").await.marked("order-link").len(), 2);
    assert_eq!(staff.open("/admin/orders?status=EXPIRED").await.marked("orders-empty").len(), 1);
    let path = format!("/admin/orders/{first}");
    assert!(staff.open(&path).await.marked("needs-attention")[0].contains("disputes"));
    let page = staff.open(&path).await;
    assert!(page.marked("dispute")[0].contains("needs an answer by"), "{:?}", page.marked("dispute"));
    let refused = staff
        .submit(&format!("{path}/refunds"), &[("idempotency_key", "k"), ("amount", "1156.90"), ("reason", "x")])
        .await;
    assert!(refused.marked("flash")[0].contains("disputes"), "{:?}", refused.marked("flash"));
    let resolved = staff.submit(&format!("{path}/attention"), &[("reason", "payment-disputed")]).await;
    assert_eq!(resolved.marked("needs-attention").len(), 0);
    let checked = staff.submit(&format!("{path}/payment-check"), &[]).await;
    assert!(checked.marked("flash")[0].contains("agree"), "{:?}", checked.marked("flash"));
}

async fn the_staff_refunds_from_the_order_and_is_told_what_is_possible(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[GUIDE]).await;
    let mut staff = Browser::of(&shop, Some(STAFF));
    let path = format!("/admin/orders/{order}");
    let refund = format!("{path}/refunds");
    for (amount, said) in [
        ("99.00", "only NZ$11.50 is left"),
        ("0", "must be positive"),
        ("a lot", "not an amount"),
        ("1.234", "not an amount"),
    ] {
        let page =
            staff.submit(&refund, &[("idempotency_key", amount), ("amount", amount), ("reason", "scratched")]).await;
        assert!(
            page.marked("flash").first().is_some_and(|flash| flash.contains(said)),
            "{amount}: {:?}",
            page.marked("flash")
        );
    }
    let page = staff.open(&path).await;
    let key = page.hidden("idempotency_key");
    let done = staff.submit(&refund, &[("idempotency_key", &key), ("amount", "1.50"), ("reason", "scratched")]).await;
    assert_eq!(done.marked("flash"), ["The refund is under way."]);
    assert!(done.marked("refund")[0].starts_with("Refund of NZ$1.50 (scratched)"), "{:?}", done.marked("refund"));
    let refunds = shop.order(order).await.refunds().len();
    assert_eq!(refunds, 1);
}

async fn the_staff_cancels_for_a_buyer(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[NOTEBOOK]).await;
    let mut staff = Browser::of(&shop, Some(STAFF));
    let path = format!("/admin/orders/{order}");
    let page = staff.submit(&format!("{path}/cancel"), &[("idempotency_key", "k"), ("reason", "they called")]).await;
    assert_eq!(page.marked("order-status"), ["Being cancelled"]);
}

async fn a_form_that_is_not_ours_is_not_followed(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = Browser::of(&shop, Some(AROHA)).buys(&[NOTEBOOK]).await;
    let paths = [
        "/cart".to_owned(),
        "/cart/items".into(),
        "/cart/remove".into(),
        "/checkout".into(),
        "/checkout/confirm".into(),
        format!("/orders/{order}/cancel"),
        format!("/admin/orders/{order}/refunds"),
        format!("/admin/orders/{order}/cancel"),
        format!("/admin/orders/{order}/attention"),
    ];
    for path in paths {
        let cookie = actix_web::cookie::Cookie::new("sid", STAFF);
        let fields = [
            ("sku", NOTEBOOK),
            ("idempotency_key", "k"),
            ("amount", "1"),
            ("reason", "x"),
            ("expected_total", "1"),
            ("expected_currency", "NZD"),
        ];
        let answer = shop.ask(TestRequest::post().uri(&path).cookie(cookie).set_form(fields)).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let kept: Order = shop.order(order).await;
    assert!(kept.refunds().is_empty() && kept.attention().is_none());
}

on_both_engines! {
    adding_starts_at_one_and_goes_up_by_one
    quantities_are_applied_from_nought_to_ninety_nine_and_no_others
    a_quantity_that_was_typed_and_not_applied_is_what_is_checked_out
    the_remove_button_takes_its_line_and_leaves_the_rest
    what_is_not_sold_is_not_added_and_what_is_sold_no_more_is_marked
    a_title_is_shown_and_never_run
    a_guest_is_told_of_what_cannot_be_ordered_before_the_login
    a_guest_is_sent_to_the_login_and_back_to_the_checkout
    an_empty_cart_cannot_be_checked_out
    a_customer_with_an_unverified_address_is_told_so
    goods_need_an_address_and_delivery_is_a_line_of_its_own
    digital_goods_need_no_address_and_cost_no_delivery
    a_confirmation_sent_twice_is_one_order
    a_price_that_changed_meanwhile_is_shown_and_not_charged
    the_way_to_the_card_page_waits_for_stock_and_a_payment_ends_at_home_with_a_notice
    a_declined_payment_leads_back_to_the_full_cart_and_can_be_tried_again
    a_customer_who_leaves_the_card_page_finds_the_cart_as_it_was
    what_is_sold_out_is_named_and_nothing_is_charged
    the_last_address_is_offered_again
    orders_are_listed_newest_first_and_older_ones_than_six_months_are_left_out
    an_order_shows_what_happens_to_it_and_its_cancel_button_only_works_in_time
    a_cancelled_order_says_so_and_shows_its_refund
    nobody_finds_anothers_order
    the_back_office_is_for_the_staff
    the_staff_finds_orders_and_sees_first_what_needs_attention
    the_staff_refunds_from_the_order_and_is_told_what_is_possible
    the_staff_cancels_for_a_buyer
    a_form_that_is_not_ours_is_not_followed
}
