//! What a receipt says, and how a mailer's answer is understood.

use chassis::testing::MemoryMailer;
use shared_kernel::address::RawAddress;
use shared_kernel::{Currency, CustomerId, Money, OrderId, Sku, TaxRate, Timestamp};
use uuid::Uuid;

use super::*;
use crate::domain::pricing::LineToPrice;
use crate::domain::{Buyer, CartId, Kind, NewOrder, Order, OrderNumber, price};

fn nzd(minor: i64) -> Money {
    Money::new(minor, Currency::NZD)
}

fn wanted(title: &str, kind: Kind, quantity: u32, minor: i64) -> LineToPrice {
    LineToPrice { sku: Sku::parse(title).unwrap(), title: title.into(), kind, quantity, unit_gross: nzd(minor) }
}

fn noon() -> Timestamp {
    Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
}

fn letter(wanted: Vec<LineToPrice>, address: Option<Address>) -> ReceiptLetter {
    let buyer = Buyer {
        customer: Some(CustomerId::new(Uuid::from_u128(5))),
        email: Some("aroha@example.org".into()),
        ..Buyer::default()
    };
    let new = NewOrder {
        id: OrderId::new(Uuid::from_u128(7)),
        cart: CartId::from_secret([1; 32]),
        buyer,
        priced: price(wanted, Some(nzd(690)), TaxRate::from_basis_points(1_500), nzd(0)).unwrap(),
        address,
        placed_at: noon(),
        expires_at: noon(),
    };
    let order = Order::place(new, OrderNumber::parse("BS-100001").unwrap(), None).order;
    ReceiptLetter {
        id: Uuid::from_u128(3),
        to: "aroha@example.org".into(),
        order,
        paid_at: noon(),
        payment_reference: "pi_1".into(),
    }
}

fn home() -> Address {
    let raw = RawAddress {
        name: "Aroha <Ngata>".into(),
        line1: "12 Kauri Lane".into(),
        city: "Nelson".into(),
        postcode: "7010".into(),
        country: "NZ".into(),
        ..RawAddress::default()
    };
    Address::try_from(raw).unwrap()
}

fn site() -> Site {
    Site {
        name: "The Better Store".into(),
        base_url: "https://shop.example:8443".into(),
        currency: Currency::NZD,
        tax: TaxRate::from_basis_points(1_500),
        time_zone: "Pacific/Auckland".into(),
        mail_from: "shop@shop.example".into(),
    }
}

async fn mailed(letter: &ReceiptLetter) -> Mail {
    let mailer = Arc::new(MemoryMailer::default());
    MailReceiptSender::new(Arc::clone(&mailer) as Arc<dyn Mailer>, site()).send(letter).await.unwrap();
    mailer.sent().remove(0)
}

#[tokio::test]
async fn a_receipt_shows_lines_delivery_sums_address_and_the_way_to_the_order() {
    let letter = letter(vec![wanted("Kea Notebook", Kind::Physical, 2, 11_500)], Some(home()));
    let mail = mailed(&letter).await;
    assert_eq!(mail.message_id, format!("receipt-{}@shop.example", letter.id));
    assert_eq!(mail.to, "aroha@example.org");
    assert_eq!(mail.subject, "Receipt for order BS-100001 from The Better Store");
    let expected = "\
Thank you for your order.

Your order BS-100001 was paid on 23 November 2026. This is your receipt from The Better Store.

2 x Kea Notebook at NZ$115.00: NZ$230.00
Shipping: NZ$6.90

Net: NZ$206.00
Tax (15 %): NZ$30.90
Total: NZ$236.90

We send it to:
Aroha <Ngata>
12 Kauri Lane
Nelson 7010
New Zealand

Payment reference: pi_1
See your order: https://shop.example:8443/orders/00000000-0000-0000-0000-000000000007";
    assert_eq!(mail.text.trim_end(), expected);
    for part in [
        "Kea Notebook",
        "NZ$230.00",
        "NZ$6.90",
        "NZ$206.00",
        "NZ$30.90",
        "NZ$236.90",
        "Aroha &#60;Ngata&#62;",
        "BS-100001",
    ] {
        assert!(mail.html.contains(part), "{part} is missing in {}", mail.html);
    }
}

#[tokio::test]
async fn a_receipt_for_digital_goods_names_no_address_and_no_delivery() {
    let mail = mailed(&letter(vec![wanted("Field guide", Kind::Digital, 1, 1_150)], None)).await;
    assert!(mail.text.contains("Nothing to ship"), "{}", mail.text);
    assert!(!mail.text.contains("Shipping") && !mail.html.contains("Shipping"));
    assert!(mail.text.contains("Total: NZ$11.50"));
}

#[tokio::test]
async fn the_same_receipt_is_the_same_mail() {
    let letter = letter(vec![wanted("Field guide", Kind::Digital, 1, 1_150)], None);
    assert_eq!(mailed(&letter).await, mailed(&letter).await);
}
