//! One form of the shop under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chassis::testing::eventually;
use serde::Serialize;

use crate::api_fixtures;
use crate::buyers::{Buyers, SKUS, sku};
use crate::growth::{Growth, Size, grow};
use crate::latency::{Latencies, Percentiles};
use crate::meter::Meter;
use crate::pace;
use crate::sql::SqlWork;
use crate::support::process::{Plan, Shop, Topology};
use crate::support::visitor::Visitor;
use crate::yardsticks::{self, Engine};

const WARM_UP_ORDERS: usize = 200;
const CART_WRITES: usize = 20_000;
const PAGES: usize = 20_000;
/// Part of the rate that the closed loop has reached at which the open one asks, in percent.
const OPEN_LOAD_PERCENT: f64 = 60.0;
/// So many times the closed loop's rate is asked for in an overload.
const OVERLOAD_FACTOR: f64 = 5.0;
const OVERLOAD_DURATION: Duration = Duration::from_secs(5);
const OPEN_DURATION: Duration = Duration::from_secs(10);
const IDLE_DURATION: Duration = Duration::from_secs(10);
const SETTLE_TIMEOUT: Duration = Duration::from_mins(5);

/// What was measured of one form.
#[derive(Serialize)]
pub struct Measured {
    pub form: &'static str,
    pub buyers: usize,
    pub orders: usize,
    pub idle: Idle,
    /// What was made up before anybody bought.
    pub growth: Growth,
    /// From the first request until every order is paid, receipted and reported.
    pub orders_per_second: f64,
    pub steps: Vec<(&'static str, Percentiles)>,
    /// Of the whole purchase at a fixed pace, and that pace in orders per second.
    pub open: (f64, Percentiles),
    pub overload: Overload,
    pub usage: Meter,
    pub sql: SqlWork,
    /// The transactions and statements of one order as bare inserts, in orders per second; where they were counted.
    pub bare_orders_per_second: Option<f64>,
    /// Single inserts, each a transaction, per second.
    pub commits_per_second: f64,
    pub cart_writes_per_second: f64,
    pub cart_writes: Meter,
    pub pages: Vec<Pages>,
}

/// The shop before anybody came.
#[derive(Serialize)]
pub struct Idle {
    pub usage: Meter,
    /// Processor time in percent of one core.
    pub percent: f64,
}

/// What comes of asking for much more than the shop can do.
#[derive(Serialize)]
pub struct Overload {
    pub asked_per_second: f64,
    /// Purchases that were begun, and those of them that were made.
    pub asked: usize,
    pub made: usize,
    /// Purchases made per second, until the last of them was made or refused.
    pub made_per_second: f64,
    /// From the last answer until every order is settled.
    pub recovery: Duration,
}

/// A page beside a server that does nothing but send the same bytes.
#[derive(Serialize)]
pub struct Pages {
    pub name: &'static str,
    pub per_second: f64,
    pub bare_per_second: f64,
}

pub struct Form {
    shop: Shop,
    admin: Visitor,
    buyers: Buyers,
    count: usize,
    idle: Idle,
    growth: Growth,
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64()
}

impl Form {
    /// Opens a shop of that size with accounts for so many buyers.
    pub async fn open(topology: Topology, count: usize, size: Size) -> Self {
        let settings = &[("STORE_DEMO", "off"), ("STORE_LOG", "warn")];
        let mut shop = Shop::planned(&Plan { topology, settings, sandbox_apart: true, ..Plan::default() });
        shop.start().await;
        let idle = Self::idle(&shop).await;
        let admin = api_fixtures::admin(&shop).await;
        for number in 0..SKUS {
            api_fixtures::product(&admin, &sku(number), "physical", 4_990, Some(1_000_000)).await;
        }
        let growth = grow(&shop, size).await;
        let sandbox = shop.process("sandbox").url("");
        let buyers = Buyers::sign_up(&shop, sandbox, count).await;
        Self { shop, admin, buyers, count, idle, growth }
    }

    async fn idle(shop: &Shop) -> Idle {
        tokio::time::sleep(IDLE_DURATION / 2).await; // what a start leaves to do is done
        let before = Meter::read(shop);
        tokio::time::sleep(IDLE_DURATION).await;
        let usage = Meter::read(shop).since(&before);
        let percent = rate(usize::try_from(usage.shop_ms()).unwrap(), IDLE_DURATION) / 10.0;
        Idle { usage, percent }
    }

    pub async fn measure(self, orders: usize) -> Measured {
        self.buy(WARM_UP_ORDERS, &self.buyers).await;
        self.settle(WARM_UP_ORDERS).await;
        let (asked, buyers) = (SqlWork::read(&self.shop).await, self.buyers.with_new_times());
        let (before, begun) = (Meter::read(&self.shop), Instant::now());
        self.buy(orders, &buyers).await;
        self.settle(WARM_UP_ORDERS + orders).await;
        let orders_per_second = rate(orders, begun.elapsed());
        let usage = Meter::read(&self.shop).since(&before);
        let sql = SqlWork::read(&self.shop).await.since(&asked);
        let steps = &buyers.steps;
        let steps = [
            ("cart write", &steps.cart),
            ("placing", &steps.place),
            ("paying", &steps.pay),
            ("purchase", &steps.purchase),
        ];
        let steps = steps.map(|(name, times)| (name, times.percentiles())).into();
        let open = self.open_loop(orders_per_second * OPEN_LOAD_PERCENT / 100.0).await;
        let before = self.sold().await;
        let overload = self.overload(orders_per_second * OVERLOAD_FACTOR, before).await;
        let (cart_writes_per_second, cart_writes) = self.write_carts().await;
        let each = |kind: &str| sql.total(kind).div_ceil(u64::try_from(orders).unwrap());
        let engine = Engine::open(&self.shop, self.count).await;
        let bare_orders_per_second = match each("writes") {
            0 => None,
            writes => Some(engine.rate(self.count, writes, each("statements")).await),
        };
        let commits_per_second = engine.rate(self.count, 1, 1).await;
        let pages = vec![
            self.pages("home page", "/").await,
            self.pages("list page", "/products").await,
            self.pages("search", "/products?q=KEA-7").await,
            self.pages("product page", &format!("/products/{}", sku(0).to_lowercase())).await,
        ];
        Measured {
            form: self.shop.topology().name(),
            buyers: self.count,
            orders,
            idle: self.idle,
            growth: self.growth,
            orders_per_second,
            steps,
            open,
            overload,
            usage,
            sql,
            bare_orders_per_second,
            commits_per_second,
            cart_writes_per_second,
            cart_writes,
            pages,
        }
    }

    async fn buy(&self, orders: usize, buyers: &Buyers) {
        let buyers = buyers.clone();
        pace::closed(self.count, orders, move |buyer, number| {
            let buyers = buyers.clone();
            async move { buyers.buy(buyer, number, Instant::now()).await }
        })
        .await;
    }

    /// Waits until the books show so many orders sold and receipted.
    async fn settle(&self, orders: usize) {
        let mail = self.shop.mail_folder();
        eventually(SETTLE_TIMEOUT, || async {
            let receipts = std::fs::read_dir(&mail).into_iter().flatten().flatten();
            let receipts = receipts.filter(|file| file.file_name().to_string_lossy().starts_with("receipt-")).count();
            (receipts >= orders && self.sold().await >= orders).then_some(())
        })
        .await;
    }

    async fn sold(&self) -> usize {
        let sales = self.admin.api("GET", "/api/reports/v1/monthly-sales?months=1", None, &[]).await;
        let months = sales.json["items"].as_array().cloned().unwrap_or_default();
        let sold = months.iter().filter_map(|month| month["orders"].as_u64()).sum::<u64>();
        usize::try_from(sold).unwrap()
    }

    async fn open_loop(&self, orders_per_second: f64) -> (f64, Percentiles) {
        let buyers = self.buyers.with_new_times();
        let (working, count) = (buyers.clone(), self.count);
        let interval = Duration::from_secs_f64(1.0 / orders_per_second);
        pace::open(interval, OPEN_DURATION, move |number, due| {
            let buyers = working.clone();
            async move { buyers.buy(number % count, number, due).await }
        })
        .await;
        (orders_per_second, buyers.steps.purchase.percentiles())
    }

    /// Asks at a pace that the shop cannot keep, and waits until it has settled what it took.
    async fn overload(&self, asked_per_second: f64, sold: usize) -> Overload {
        let (working, count, made) = (self.buyers.clone(), self.count, Arc::new(AtomicUsize::new(0)));
        let (asked, counted) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&made));
        let (begun, all) = (Instant::now(), Arc::clone(&asked));
        pace::open(Duration::from_secs_f64(1.0 / asked_per_second), OVERLOAD_DURATION, move |number, _| {
            let (buyers, counted) = (working.clone(), Arc::clone(&counted));
            all.fetch_add(1, Ordering::Relaxed);
            async move {
                if buyers.try_to_buy(number % count, number).await {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
        .await;
        let (asked, made) = (asked.load(Ordering::Relaxed), made.load(Ordering::Relaxed));
        let (made_per_second, answered) = (rate(made, begun.elapsed()), Instant::now());
        self.settle(sold + made).await;
        Overload { asked_per_second, asked, made, made_per_second, recovery: answered.elapsed() }
    }

    async fn write_carts(&self) -> (f64, Meter) {
        let mut carts = Vec::new();
        for buyer in 0..self.count {
            carts.push(self.buyers.open_cart(buyer).await);
        }
        let (carts, buyers) = (Arc::new(carts), self.buyers.with_new_times());
        let (before, begun) = (Meter::read(&self.shop), Instant::now());
        pace::closed(self.count, CART_WRITES, move |buyer, number| {
            let (carts, buyers) = (Arc::clone(&carts), buyers.clone());
            async move { buyers.set_quantity(buyer, &carts[buyer], &sku(buyer), 1 + number % 7).await }
        })
        .await;
        (rate(CART_WRITES, begun.elapsed()), Meter::read(&self.shop).since(&before))
    }

    async fn pages(&self, name: &'static str, path: &str) -> Pages {
        let url = self.shop.url(path);
        let bytes = self.buyers.look(&url).await;
        let per_second = self.looks(url).await;
        let bare_per_second = self.looks(yardsticks::bare_server(bytes)).await;
        Pages { name, per_second, bare_per_second }
    }

    async fn looks(&self, url: String) -> f64 {
        let (buyers, times, url) = (self.buyers.clone(), Arc::new(Latencies::default()), Arc::new(url));
        let begun = Instant::now();
        pace::closed(self.count, PAGES, move |_, _| {
            let (buyers, times, url) = (buyers.clone(), Arc::clone(&times), Arc::clone(&url));
            async move {
                let begun = Instant::now();
                buyers.look(&url).await;
                times.record(begun.elapsed());
            }
        })
        .await;
        rate(PAGES, begun.elapsed())
    }
}
