//! The books in memory. Keeps facts only, and adds up on demand: slow, and so simple that the tables are checked by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chassis::messaging::memory::MemoryRecorder;
use chassis::messaging::{ERASED, Record};
use chassis::testing::{CountingIds, FixedClock};
use shared_kernel::{Cause, Currency, Limit, OrderId, Sku, StoreError, Timestamp};

use crate::domain::{
    Books, CatalogueEntry, Category, CategorySales, Country, CountrySales, Fact, GoodsAmounts, Learned, Moments, Month,
    MonthAmounts, MonthSales, OrderAmounts, OrderHistory, Period, ProductSales, RefundEntry, Report, SaleLine, Scope,
};
use crate::ports::{Added, FactAdded, ProductStated, RefundPlace, SalesLedger, SalesOverTime, SalesReports};

#[derive(Default)]
struct State {
    histories: BTreeMap<OrderId, (String, OrderHistory)>,
    lines: BTreeMap<OrderId, Vec<SaleLine>>,
    articles: BTreeMap<Sku, CatalogueEntry>,
    as_of: Option<Timestamp>,
}

pub struct InMemoryBooks {
    state: Mutex<State>,
    recorder: MemoryRecorder,
}

impl Default for InMemoryBooks {
    fn default() -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let recorder = MemoryRecorder::new("reports", clock, Arc::new(CountingIds::default()));
        Self { state: Mutex::default(), recorder }
    }
}

impl InMemoryBooks {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, cause: Option<&Cause>) -> Result<(), StoreError> {
        self.recorder.record(Record { cause, events: Vec::new(), tasks: Vec::new() })
    }
}

#[async_trait]
impl SalesLedger for InMemoryBooks {
    async fn add(&self, added: FactAdded) -> Result<Added, StoreError> {
        let mut state = self.lock();
        let known = state.histories.get(&added.order).map(|(_, history)| history.clone()).unwrap_or_default();
        let learned = match known.learn(&added.fact) {
            Ok(learned) => learned,
            Err(contradiction) => return Ok(Added::Contradiction(contradiction)),
        };
        self.mark(added.cause.as_ref())?;
        let Learned::News(history, _) = learned else { return Ok(Added::NoNews) };
        if let Fact::Sold { lines, .. } = added.fact {
            state.lines.insert(added.order, lines);
        }
        state.histories.insert(added.order, (added.number, *history));
        state.as_of = state.as_of.max(Some(added.stated_at));
        Ok(Added::News)
    }

    async fn keep_product(&self, stated: ProductStated) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.mark(stated.cause.as_ref())?;
        for article in stated.articles {
            let entry = CatalogueEntry {
                article,
                product: stated.product,
                category: stated.category.clone(),
                stated_at: stated.stated_at,
                sequence: stated.sequence,
            };
            if state.articles.get(&entry.article.sku).is_none_or(|kept| entry.replaces(kept)) {
                state.articles.insert(entry.article.sku.clone(), entry);
            }
        }
        Ok(())
    }

    async fn forget_reasons(&self, order: OrderId, cause: Option<Cause>) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.mark(cause.as_ref())?;
        if let Some((_, history)) = state.histories.get_mut(&order) {
            *history = history.clone().without_reasons(ERASED);
        }
        Ok(())
    }
}

impl State {
    fn months(&self) -> BTreeMap<(&'static str, Scope, Month), MonthAmounts> {
        let mut months: BTreeMap<_, MonthAmounts> = BTreeMap::new();
        for (key, amounts) in self.histories.values().flat_map(|(_, history)| history.months()) {
            let sum = months.entry((key.currency.code(), key.scope, key.month)).or_default();
            *sum = sum.plus(amounts);
        }
        months.retain(|_, amounts| !amounts.is_zero());
        months
    }

    fn report<T>(&self, rows: Vec<T>) -> Report<T> {
        let mut codes: Vec<&str> = self.months().keys().map(|(code, _, _)| *code).collect();
        codes.dedup();
        let currencies = codes.into_iter().filter_map(|code| Currency::parse(code).ok()).collect();
        let time_zone = self.as_of.map(|_| "Pacific/Auckland".to_owned());
        Report { books: Books { as_of: self.as_of, time_zone, currencies, ..Books::default() }, rows }
    }

    fn goods(&self, of: Currency, period: Period) -> BTreeMap<Sku, GoodsAmounts> {
        let mut goods: BTreeMap<Sku, GoodsAmounts> = BTreeMap::new();
        for (key, amounts) in self.histories.values().flat_map(|(_, history)| history.goods()) {
            if key.currency == of.code() && period.contains(key.month) {
                let sum = goods.entry(key.sku).or_default();
                *sum = sum.plus(amounts);
            }
        }
        goods.retain(|_, amounts| *amounts != GoodsAmounts::default());
        goods
    }

    fn title(&self, sku: &Sku) -> String {
        if let Some(entry) = self.articles.get(sku) {
            return entry.article.title.clone();
        }
        let sales = self.histories.values().filter_map(|(_, history)| history.sale());
        let mut sales: Vec<_> = sales.map(|sale| (sale.sold_at, sale.order)).collect();
        sales.sort_unstable();
        let mut lines = sales.iter().filter_map(|(_, order)| self.lines.get(order)).flatten();
        lines.rfind(|line| line.sku == *sku).map(|line| line.title.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl SalesReports for InMemoryBooks {
    async fn monthly(&self, of: Currency, period: Period, scope: Scope) -> Result<Report<MonthSales>, StoreError> {
        let state = self.lock();
        let months = state.months().into_iter();
        let wanted =
            months.filter(|((code, is, month), _)| *code == of.code() && *is == scope && period.contains(*month));
        Ok(state.report(wanted.map(|((_, _, month), amounts)| MonthSales { month, amounts }).collect()))
    }

    async fn top_products(
        &self,
        of: Currency,
        period: Period,
        limit: Limit,
    ) -> Result<Report<ProductSales>, StoreError> {
        let state = self.lock();
        let row = |(sku, amounts)| ProductSales { title: state.title(&sku), sku, amounts };
        let mut rows: Vec<_> = state.goods(of, period).into_iter().map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.amounts.net_of_refunds()));
        rows.truncate(limit.get() as usize);
        Ok(state.report(rows))
    }

    async fn by_category(&self, of: Currency, period: Period) -> Result<Report<CategorySales>, StoreError> {
        let state = self.lock();
        let mut categories: BTreeMap<Option<Category>, GoodsAmounts> = BTreeMap::new();
        for (sku, amounts) in state.goods(of, period) {
            let category = state.articles.get(&sku).and_then(|entry| entry.category.clone());
            let sum = categories.entry(category).or_default();
            *sum = sum.plus(amounts);
        }
        let rows = categories.into_iter().map(|(category, amounts)| CategorySales { category, amounts });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.amounts.net_of_refunds()));
        Ok(state.report(rows))
    }

    async fn by_country(&self, of: Currency, period: Period) -> Result<Report<CountrySales>, StoreError> {
        let state = self.lock();
        let mut countries: BTreeMap<Option<Country>, OrderAmounts> = BTreeMap::new();
        for (key, amounts) in state.histories.values().flat_map(|(_, history)| history.countries()) {
            if key.currency == of.code() && period.contains(key.month) {
                let sum = countries.entry(key.country).or_default();
                *sum = sum.plus(amounts);
            }
        }
        let rows = countries.into_iter().map(|(country, amounts)| CountrySales { country, amounts });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.amounts.net_of_refunds()));
        Ok(state.report(rows))
    }

    async fn refunds(
        &self,
        of: Currency,
        period: Period,
        limit: Limit,
        after: Option<RefundPlace>,
    ) -> Result<Report<RefundEntry>, StoreError> {
        let state = self.lock();
        let mut rows = Vec::new();
        for (order, (number, history)) in &state.histories {
            for refund in history.refunds() {
                let before = after
                    .as_ref()
                    .is_none_or(|p| (refund.refunded_at, *order, &refund.id) < (p.refunded_at, p.order, &p.id));
                if !before || refund.amount.currency() != of || !period.contains(refund.month) {
                    continue;
                }
                rows.push(RefundEntry {
                    id: refund.id.clone(),
                    order: *order,
                    number: number.clone(),
                    amount: refund.amount,
                    reason: refund.reason.clone(),
                    refunded_at: refund.refunded_at,
                    of_a_sale: history.is_counted(),
                });
            }
        }
        rows.sort_by(|a, b| (b.refunded_at, b.order, &b.id).cmp(&(a.refunded_at, a.order, &a.id)));
        rows.truncate(limit.get() as usize + 1);
        Ok(state.report(rows))
    }
}

#[async_trait]
impl SalesOverTime for InMemoryBooks {
    async fn over(&self, of: Currency, spans: &[Moments], scope: Scope) -> Result<Report<MonthAmounts>, StoreError> {
        let state = self.lock();
        let parts = state.histories.values().flat_map(|(_, history)| history.contributions(scope));
        let parts: Vec<_> = parts.filter(|part| part.currency == of).collect();
        let sum = |span: &Moments| {
            let within = parts.iter().filter(|part| span.contains(part.at)).map(|part| part.amounts);
            within.fold(MonthAmounts::default(), MonthAmounts::plus)
        };
        Ok(state.report(spans.iter().map(sum).collect()))
    }
}
