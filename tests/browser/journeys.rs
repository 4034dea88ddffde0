//! The journeys: buying with scripts off, a declined card, and a day in the back office.

use crate::driver::{self, Browser};
use crate::process::{ADMIN, Shop, Topology};

const CUSTOMER: (&str, &str) = ("browser@post.test", "a password for browsing");

/// A shop with the demo catalogue and one customer, if this machine can put it together like this.
async fn shop(topology: Topology) -> Option<Shop> {
    if !topology.is_possible() {
        return None;
    }
    let shop = Shop::open_as(topology, &[]).await;
    let made = shop.cli(&["user", CUSTOMER.0, "--password", CUSTOMER.1]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Some(shop)
}

async fn add(browser: &Browser, handle: &str) {
    browser.goto(&format!("/products/{handle}")).await;
    browser.fits().await;
    browser.labelled().await;
    browser.click("form[action='/cart/items'] button").await;
}

async fn check_out(browser: &Browser) {
    browser.goto("/cart").await;
    browser.picture("cart").await;
    browser.fits().await;
    browser.labelled().await;
    browser.click("[data-test='checkout']").await;
    browser.at("/checkout").await;
    if browser.count("[data-test='address-form']").await > 0 {
        browser.picture("checkout-address").await;
        browser.labelled().await;
        for (field, text) in
            [("name", "Hana Tester"), ("line1", "7 Rata Street"), ("city", "Nelson"), ("postcode", "7010")]
        {
            browser.fill(field, text).await;
        }
        browser.click("[data-test='confirm-address']").await;
    }
    browser.text("[data-test='place-order']").await;
    browser.picture("checkout-confirm").await;
    browser.fits().await;
    browser.click("[data-test='place-order']").await;
    browser.at("/pay/").await;
}

async fn pay(browser: &Browser, card: &str) {
    for (field, text) in [("number", card), ("expiry", "12/34"), ("cvc", "123")] {
        browser.fill(field, text).await;
    }
    browser.picture("card-page").await;
    browser.fits().await;
    browser.labelled().await;
    browser.click("main form[method='post'] button").await;
}

async fn a_book_and_its_e_book_are_bought_with_scripts_off(topology: Topology) {
    let Some(shop) = shop(topology).await else { return };
    let Some(browser) = driver::open(&shop.url(""), false).await else { return };
    browser.goto("/").await;
    browser.picture("home").await;
    browser.goto("/products?category=books").await;
    assert!(browser.count("[data-test='product']").await > 5);
    browser.picture("category").await;
    browser.goto("/products?q=rain").await;
    browser.picture("search").await;
    browser.log_in(CUSTOMER.0, CUSTOMER.1).await;
    add(&browser, "a-small-book-of-rain").await;
    browser.picture("after-adding").await;
    check_out(&browser).await;
    pay(&browser, "4000 0000 0000 0002").await;
    browser.at("/cart").await;
    browser.picture("declined").await;
    let told = browser.text("[data-test='flash']").await.to_lowercase();
    assert!(told.contains("payment unsuccessful"), "{told}");
    assert_eq!(browser.count("[data-test='cart-line']").await, 1, "the cart keeps its items");
    check_out(&browser).await;
    pay(&browser, "4242 4242 4242 4242").await;
    let notice = browser.text("[data-test='flash']").await;
    assert!(notice.contains("BS-"), "{notice}");
    assert_eq!(browser.client.current_url().await.unwrap().path(), "/");
    browser.picture("home-with-notice").await;
    browser.goto("/orders").await;
    browser.picture("orders").await;
    browser.fits().await;
    browser.click("[data-test='order-link']").await;
    browser.picture("order").await;
    browser.fits().await;
    browser.close().await;
}

async fn staff_send_a_parcel_and_look_around_the_back_office(topology: Topology) {
    let Some(shop) = shop(topology).await else { return };
    let Some(customer) = driver::open(&shop.url(""), true).await else { return };
    customer.log_in(CUSTOMER.0, CUSTOMER.1).await;
    add(&customer, "alpine-beanie").await;
    check_out(&customer).await;
    pay(&customer, "4242 4242 4242 4242").await;
    customer.text("[data-test='flash']").await;
    let Some(staff) = driver::open(&shop.url(""), true).await else { return };
    staff.log_in(ADMIN.0, ADMIN.1).await;
    let pages = [
        "/admin",
        "/admin/products",
        "/admin/products/new",
        "/admin/products/import",
        "/admin/orders",
        "/admin/shipping-orders",
        "/admin/stock",
        "/admin/reports",
        "/admin/reports/monthly",
        "/admin/reports/products",
        "/admin/reports/categories",
        "/admin/reports/refunds",
        "/admin/customers",
        "/admin/errors",
        "/admin/mail",
        "/admin/topology",
    ];
    for page in pages {
        staff.goto(page).await;
        staff.picture(&page.replace('/', "-")).await;
        staff.text("main h1").await;
        staff.fits().await;
        staff.labelled().await;
    }
    staff.client.set_window_size(390, 844).await.unwrap();
    staff.goto("/admin/topology").await;
    staff.picture("phone-admin-topology").await;
    assert!(staff.count("[data-test='event']").await > 20);
    staff.fits().await;
    staff.client.set_window_size(1280, 1000).await.unwrap();
    staff.goto("/admin/shipping-orders").await;
    staff.click("main a[href^='/admin/shipping-orders/']").await;
    staff.picture("shipping-order").await;
    staff.fill("carrier", "Harbour Post").await;
    staff.fill("tracking", "HP-42").await;
    staff.click("form[action$='/dispatch'] button").await;
    customer.goto("/orders").await;
    customer.click("[data-test='order-link']").await;
    assert_eq!(tracking(&customer).await, "HP-42");
    customer.picture("order-sent").await;
    customer.close().await;
    staff.close().await;
}

/// The tracking number, once the news has reached the order.
async fn tracking(customer: &Browser) -> String {
    chassis::testing::eventually(std::time::Duration::from_secs(30), || async {
        customer.client.refresh().await.ok()?;
        let found = customer.client.find(fantoccini::Locator::Css("[data-test='tracking']")).await.ok()?;
        found.text().await.ok()
    })
    .await
}

async fn the_shop_fits_on_a_phone(topology: Topology) {
    let Some(shop) = shop(topology).await else { return };
    let Some(browser) = driver::open(&shop.url(""), true).await else { return };
    browser.client.set_window_size(390, 844).await.unwrap();
    let pages = ["/", "/products", "/products/a-small-book-of-rain", "/cart", "/login", "/signup", "/reset", "/about"];
    for page in pages {
        browser.goto(page).await;
        browser.picture(&format!("phone{}", page.replace('/', "-"))).await;
        browser.fits().await;
        browser.labelled().await;
    }
    browser.close().await;
}

/// The same journeys, step by step, through the shop in each of its forms.
macro_rules! in_every_form {
    ($($journey:ident)*) => {
        in_every_form!(@in one_process_on_files Monolith $($journey)*);
        in_every_form!(@in one_process_on_servers Servers $($journey)*);
        in_every_form!(@in taken_apart Split $($journey)*);
    };
    (@in $form:ident $topology:ident $($journey:ident)*) => {
        mod $form { $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $journey() {
                super::$journey(super::Topology::$topology).await;
            }
        )* }
    };
}

in_every_form! {
    a_book_and_its_e_book_are_bought_with_scripts_off
    staff_send_a_parcel_and_look_around_the_back_office
    the_shop_fits_on_a_phone
}
