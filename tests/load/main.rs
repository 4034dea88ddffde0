//! How fast the shop is and what it costs, measured: orders, cart writes and pages in each form of the shop, beside
//! yardsticks that this machine reaches in the same run.
//!
//! Nothing here asserts a time. Run it in a release build on a machine that does nothing else:
//!
//! ```text
//! cargo test --release -p app --test load -- --ignored --nocapture
//! ```
//!
//! `LOAD_FORMS=monolith,servers,split`, `LOAD_ORDERS=2000` and `LOAD_BUYERS=32` choose what is measured; `LOAD_JSON=file`
//! writes the numbers for a program; `LOAD_PRODUCTS=100000` and `LOAD_HISTORY=1000000` fill the shop first. The payment provider's stand-in has a process of its own, and its cost a line of its own.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends here, and says where")]
#![expect(clippy::print_stdout, reason = "what was measured is for anyone who runs it")]

#[path = "../support/api_fixtures.rs"]
mod api_fixtures;
mod buyers;
mod form;
mod growth;
mod latency;
mod meter;
mod pace;
mod report;
mod sql;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "a measurement needs only a part of what all tests share")]
mod support;
mod yardsticks;

use form::Form;
use growth::Size;
use report::Report;
use support::process::Topology;

/// How much is measured, and where.
struct Choice {
    forms: Vec<Topology>,
    orders: usize,
    buyers: usize,
    size: Size,
    json: Option<String>,
}

impl Choice {
    #[expect(clippy::disallowed_methods, reason = "chosen on the command line of a measurement")]
    fn read() -> Self {
        let text = |name: &str| std::env::var(name).ok();
        let number = |name, default| text(name).map_or(default, |value| value.parse().unwrap());
        let named = text("LOAD_FORMS").unwrap_or_else(|| "monolith,servers,split".to_owned());
        let forms = named.split(',').map(|name| match name {
            "monolith" => Topology::Monolith,
            "servers" => Topology::Servers,
            "split" => Topology::Split,
            other => panic!("{other:?} is no form: monolith, servers, split"),
        });
        Self {
            forms: forms.collect(),
            orders: number("LOAD_ORDERS", 2_000),
            buyers: number("LOAD_BUYERS", 32),
            size: Size { products: number("LOAD_PRODUCTS", 0), orders: number("LOAD_HISTORY", 0) },
            json: text("LOAD_JSON"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a test"]
async fn what_an_order_costs() {
    let choice = Choice::read();
    let mut report = Report::new(yardsticks::machine().await);
    for topology in choice.forms.iter().copied().filter(|topology| topology.is_possible()) {
        let form = Form::open(topology, choice.buyers, choice.size).await;
        println!("{}: {} orders by {} buyers", topology.name(), choice.orders, choice.buyers);
        report.add(form.measure(choice.orders).await);
    }
    println!("\n{}", report.markdown());
    if let Some(file) = choice.json {
        std::fs::write(&file, report.json()).unwrap();
    }
}
