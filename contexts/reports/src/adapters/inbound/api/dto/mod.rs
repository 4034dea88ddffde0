//! What the API answers. Fields are added, never changed or taken away.

mod sales_over_time;

use chassis::web::MoneyView;
use serde::Serialize;
use shared_kernel::{Currency, Money};
use utoipa::{IntoParams, ToSchema};

use crate::application::{RefundPage, ReportContext};
use crate::domain::{
    CategorySales, CountrySales, GroupBy, MonthAmounts, MonthSales, ProductSales, RefundEntry, Report, Scope,
};

pub(super) use sales_over_time::SalesOverTimeView;

chassis::api_words! {
    "Which orders are counted." ScopeWord as "SalesScope" = [Scope::Paid, Scope::Completed].map(Scope::name);
    "What one row covers." GroupByWord as "SalesGrouping" = GroupBy::ALL.map(GroupBy::name);
}

/// The parameters that all reports of whole months share, as they are described; `params` reads them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes")]
pub(super) struct MonthsParams {
    /// How many up to `until`, usually 12
    #[param(minimum = 1, maximum = 120)]
    months: Option<i64>,
    /// The first month, such as 2016-01; takes the place of `months`
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$")]
    from: Option<String>,
    /// The last month, usually the present one
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$")]
    until: Option<String>,
    /// Usually the shop's
    #[param(pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
}

/// A report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportView<T> {
    /// The currency of every amount in it.
    #[schema(pattern = "^[A-Z]{3}$", example = "NZD")]
    pub currency: String,
    /// When the newest fact in it was stated, RFC 3339; null while there is none.
    #[schema(format = DateTime)]
    pub as_of: Option<String>,
    /// The zone in whose calendar the months are.
    #[schema(example = "Pacific/Auckland")]
    pub time_zone: String,
    /// Whether the report is being rebuilt and these rows are incomplete.
    pub rebuilding: bool,
    /// How many facts about orders wait to be recorded.
    pub waiting: u64,
    /// Every currency in which the shop has sold; ask for another with `currency`.
    pub currencies: Vec<String>,
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> ReportView<T> {
    pub(super) fn new<R>(report: Report<R>, of: Currency, context: &ReportContext, item: impl Fn(R) -> T) -> Self {
        Self {
            currency: of.code().to_owned(),
            as_of: report.books.as_of.map(|at| at.to_string()),
            time_zone: report.books.time_zone.unwrap_or_else(|| context.calendar.zone().to_owned()),
            rebuilding: report.books.rebuilding,
            waiting: report.books.waiting,
            currencies: report.books.currencies.iter().map(ToString::to_string).collect(),
            items: report.rows.into_iter().map(item).collect(),
            next_cursor: None,
        }
    }
}

pub(super) fn money(minor: i64, of: Currency) -> MoneyView {
    Money::new(minor, of).into()
}

/// Sales month by month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthlySales)]
pub(super) struct MonthlySalesView {
    /// Which orders are counted: `paid` are all whose money arrived, `completed` those of them that were delivered.
    #[schema(value_type = ScopeWord, example = "paid")]
    pub status: &'static str,
    /// All months together.
    pub total: MonthTotalView,
    /// The report, oldest month first.
    #[serde(flatten)]
    pub report: ReportView<MonthView>,
}

/// One month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthSales)]
pub(super) struct MonthView {
    /// The month in the shop's calendar.
    #[schema(pattern = "^\\d{4,}-\\d{2}$", example = "2026-11")]
    pub month: String,
    /// What it brought.
    #[serde(flatten)]
    pub sums: MonthTotalView,
}

/// What a month, or several together, brought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesTotal)]
pub(super) struct MonthTotalView {
    /// Orders sold.
    pub orders: i64,
    /// Those of them that were cancelled later.
    pub cancelled: i64,
    /// Without tax.
    pub net: MoneyView,
    /// The tax in gross.
    pub tax: MoneyView,
    /// The part of gross that paid for shipping.
    pub shipping: MoneyView,
    /// With tax and shipping.
    pub gross: MoneyView,
    /// What went back in the month, whenever it was sold.
    pub refunded: MoneyView,
    /// Gross less refunded.
    pub kept: MoneyView,
}

impl MonthTotalView {
    pub(super) fn new(sums: MonthAmounts, of: Currency) -> Self {
        Self {
            orders: sums.orders,
            cancelled: sums.cancelled,
            net: money(sums.net, of),
            tax: money(sums.tax, of),
            shipping: money(sums.shipping, of),
            gross: money(sums.gross, of),
            refunded: money(sums.refunded, of),
            kept: money(sums.net_of_refunds(), of),
        }
    }
}

impl MonthlySalesView {
    /// Renders the months.
    pub(super) fn new(report: Report<MonthSales>, scope: Scope, of: Currency, context: &ReportContext) -> Self {
        let total = MonthTotalView::new(report.total(), of);
        let item =
            |row: MonthSales| MonthView { month: row.month.to_string(), sums: MonthTotalView::new(row.amounts, of) };
        Self { status: scope.name(), total, report: ReportView::new(report, of, context, item) }
    }
}

/// One article.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProductSales)]
pub(super) struct ProductView {
    /// Its code.
    pub sku: String,
    /// What it is called today.
    pub title: String,
    /// How many pieces.
    pub quantity: i64,
    /// Without tax.
    pub net: MoneyView,
    /// Tax.
    pub tax: MoneyView,
    /// With tax.
    pub gross: MoneyView,
    /// Pieces of orders that were refunded in full.
    pub returned: i64,
    /// What went back in these months, spread over what was bought in proportion to its price.
    pub refunded: MoneyView,
    /// Gross less refunded.
    pub kept: MoneyView,
}

/// One category; shipping belongs to none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategorySales)]
pub(super) struct CategoryView {
    /// Its name; null gathers articles that are in none.
    pub category: Option<String>,
    /// How many pieces.
    pub quantity: i64,
    /// Without tax.
    pub net: MoneyView,
    /// Tax.
    pub tax: MoneyView,
    /// With tax.
    pub gross: MoneyView,
    /// Pieces of orders that were refunded in full.
    pub returned: i64,
    /// What went back in these months, spread over what was bought in proportion to its price.
    pub refunded: MoneyView,
    /// Gross less refunded.
    pub kept: MoneyView,
}

/// One country.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CountrySales)]
pub(super) struct CountryView {
    /// Its two-letter code, or what an imported order called it; null gathers orders of which nothing was sent.
    pub country: Option<String>,
    /// How many orders.
    pub orders: i64,
    /// Without tax.
    pub net: MoneyView,
    /// Tax.
    pub tax: MoneyView,
    /// With tax and shipping.
    pub gross: MoneyView,
    /// What went back in these months.
    pub refunded: MoneyView,
    /// Gross less refunded.
    pub kept: MoneyView,
}

/// One refund.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportedRefund)]
pub(super) struct RefundView {
    /// Which one.
    pub refund_id: String,
    /// Of which order.
    pub order_id: String,
    /// The order's number.
    pub number: String,
    /// What went back.
    pub amount: MoneyView,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    pub refunded_at: String,
    /// Whether the order is among the sales; money that came too late to make one is given back too.
    pub of_a_sale: bool,
}

/// Renders the articles.
pub(super) fn products(report: Report<ProductSales>, of: Currency, context: &ReportContext) -> ReportView<ProductView> {
    ReportView::new(report, of, context, |row| ProductView {
        sku: row.sku.as_str().to_owned(),
        title: row.title,
        quantity: row.amounts.quantity,
        net: money(row.amounts.net, of),
        tax: money(row.amounts.tax, of),
        gross: money(row.amounts.gross, of),
        returned: row.amounts.returned,
        refunded: money(row.amounts.refunded, of),
        kept: money(row.amounts.net_of_refunds(), of),
    })
}

/// Renders the categories.
pub(super) fn categories(
    report: Report<CategorySales>,
    of: Currency,
    context: &ReportContext,
) -> ReportView<CategoryView> {
    ReportView::new(report, of, context, |row| CategoryView {
        category: row.category.map(|category| category.as_str().to_owned()),
        quantity: row.amounts.quantity,
        net: money(row.amounts.net, of),
        tax: money(row.amounts.tax, of),
        gross: money(row.amounts.gross, of),
        returned: row.amounts.returned,
        refunded: money(row.amounts.refunded, of),
        kept: money(row.amounts.net_of_refunds(), of),
    })
}

/// Renders the countries.
pub(super) fn countries(
    report: Report<CountrySales>,
    of: Currency,
    context: &ReportContext,
) -> ReportView<CountryView> {
    ReportView::new(report, of, context, |row| CountryView {
        country: row.country.map(|country| country.as_str().to_owned()),
        orders: row.amounts.orders,
        net: money(row.amounts.net, of),
        tax: money(row.amounts.tax, of),
        gross: money(row.amounts.gross, of),
        refunded: money(row.amounts.refunded, of),
        kept: money(row.amounts.net_of_refunds(), of),
    })
}

/// Renders one page of refunds.
pub(super) fn refunds(page: RefundPage, of: Currency, context: &ReportContext) -> ReportView<RefundView> {
    let next_cursor = page.next.as_ref().map(crate::adapters::inbound::params::cursor);
    let item = |row: RefundEntry| RefundView {
        refund_id: row.id.as_str().to_owned(),
        order_id: row.order.to_string(),
        number: row.number,
        amount: row.amount.into(),
        reason: row.reason,
        refunded_at: row.refunded_at.to_string(),
        of_a_sale: row.of_a_sale,
    };
    ReportView { next_cursor, ..ReportView::new(page.report, of, context, item) }
}
