//! What was measured, as JSON for programs and as tables for people.

use std::fmt::Write as _;

use serde::Serialize;

use crate::form::Measured;
use crate::meter::Meter;
use crate::sql::KINDS;
use crate::yardsticks::Machine;

#[derive(Serialize)]
pub struct Report {
    machine: Machine,
    forms: Vec<Measured>,
}

#[expect(clippy::cast_precision_loss, reason = "an average for people")]
fn each(sum: u64, count: usize) -> f64 {
    sum as f64 / count as f64
}

impl Report {
    pub const fn new(machine: Machine) -> Self {
        Self { machine, forms: Vec::new() }
    }

    pub fn add(&mut self, measured: Measured) {
        self.forms.push(measured);
    }

    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap()
    }

    /// Tables of all forms.
    pub fn markdown(&self) -> String {
        let Machine { cores, syncs_per_second } = self.machine;
        let mut text = format!("{cores} cores; {syncs_per_second} synced blocks of 4 KiB per second\n");
        for form in &self.forms {
            form.write(&mut text);
        }
        text
    }
}

impl Measured {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "\n### {}, {} buyers, {} orders\n", self.form, self.buyers, self.orders);
        self.write_summary(text);
        self.write_times(text);
        self.write_usage(text);
        self.write_sql(text);
    }

    fn write_summary(&self, text: &mut String) {
        let (orders, carts) = (self.orders_per_second, self.cart_writes_per_second);
        let cart_ms = each(self.cart_writes.shop_ms() * 1_000, 20_000) / 1_000.0;
        text.push_str("| | per second | processor time each | yardstick |\n|---|---|---|---|\n");
        let order_ms = each(self.usage.shop_ms(), self.orders);
        let bare = self.bare_orders_per_second.map_or_else(String::new, |bare| {
            format!("{:.1} % of their transactions as bare inserts ({bare:.0}/s)", 100.0 * orders / bare)
        });
        let _ = writeln!(text, "| orders, settled | {orders:.0} | {order_ms:.2} ms | {bare} |");
        let commits = self.commits_per_second;
        let share = 100.0 * carts / commits;
        let _ = writeln!(
            text,
            "| cart writes | {carts:.0} | {cart_ms:.2} ms | {share:.0} % of single inserts ({commits:.0}/s) |"
        );
        for page in &self.pages {
            let share = 100.0 * page.per_second / page.bare_per_second;
            let _ = writeln!(
                text,
                "| {} | {:.0} | | {share:.0} % of bare actix with the same bytes ({:.0}/s) |",
                page.name, page.per_second, page.bare_per_second
            );
        }
        let growth = &self.growth;
        if growth.products + growth.orders > 0 {
            let _ = writeln!(
                text,
                "\nBefore: {} products in {} s, {} orders in {} s, taken in everywhere {} s later; {} MiB of databases.",
                growth.products,
                growth.import_products_seconds,
                growth.orders,
                growth.import_orders_seconds,
                growth.settled_seconds,
                growth.database_bytes >> 20,
            );
        }
        let resident = |meter: &Meter| meter.0.values().map(|used| used.resident_kib).sum::<u64>() / 1_024;
        let (before, after) = (resident(&self.idle.usage), resident(&self.usage));
        let _ =
            writeln!(text, "\nIdle: {:.2} % of a core, {before} MiB; {after} MiB after the orders.", self.idle.percent);
    }

    fn write_times(&self, text: &mut String) {
        text.push_str("\n| milliseconds | p50 / p90 / p99 / max |\n|---|---|\n");
        for (name, times) in &self.steps {
            let _ = writeln!(text, "| {name} | {} |", times.text());
        }
        let (pace, times) = &self.open;
        let _ = writeln!(text, "| purchase at {pace:.0}/s, open loop | {} |", times.text());
        let overload = &self.overload;
        let _ = writeln!(
            text,
            "\nOverload: {:.0}/s asked for, {} of {} purchases made, the others refused with 503; {:.0}/s, which is {:.0} % \
             of the closed loop; all settled {:.1} s after the last answer.",
            overload.asked_per_second,
            overload.made,
            overload.asked,
            overload.made_per_second,
            100.0 * overload.made_per_second / self.orders_per_second,
            overload.recovery.as_secs_f64(),
        );
    }

    fn write_usage(&self, text: &mut String) {
        text.push_str("\n| each order | user ms | system ms | changes of thread | resident MiB | threads |\n|---|---|---|---|---|---|\n");
        for (name, used) in &self.usage.0 {
            let _ = writeln!(
                text,
                "| {name} | {:.2} | {:.2} | {:.1} | {} | {} |",
                each(used.user_ms, self.orders),
                each(used.system_ms, self.orders),
                each(used.switches, self.orders),
                used.resident_kib / 1_024,
                used.threads
            );
        }
    }

    fn write_sql(&self, text: &mut String) {
        let contexts = self.sql.contexts();
        if contexts.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n| each order | {} |\n|---|---|---|---|---|---|", KINDS.join(" | "));
        let row = |name: &str, count: &dyn Fn(&str) -> u64| {
            let cells = KINDS.map(|kind| format!("{:.1}", each(count(kind), self.orders)));
            format!("| {name} | {} |\n", cells.join(" | "))
        };
        for context in contexts {
            text.push_str(&row(context, &|kind| self.sql.count(context, kind)));
        }
        text.push_str(&row("all", &|kind| self.sql.total(kind)));
    }
}
