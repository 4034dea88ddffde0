//! Answers as comma-separated values for spreadsheets.
//!
//! Every field is quoted, and texts that a spreadsheet would take for a formula are made plain with a leading
//! apostrophe: product titles and reasons come from people. Amounts are plain decimals, exact to the cent.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use csv::{QuoteStyle, WriterBuilder};
use shared_kernel::{Currency, Money};

use crate::application::RefundPage;
use crate::domain::{
    Books, Category, CategorySales, Country, CountrySales, GoodsAmounts, MonthSales, ProductSales, RefundEntry, Report,
    ShopCalendar, SpanSales,
};

/// A table on its way into a file.
pub struct Table {
    name: &'static str,
    header: &'static [&'static str],
    rows: Vec<Vec<String>>,
    /// The zone of every month and moment in it; a column of its own, the last, so that none has to be guessed.
    zone: String,
}

impl Table {
    /// The file as the answer to a request.
    ///
    /// # Errors
    /// Never in practice: writing into memory does not fail.
    pub fn answer(&self) -> Result<HttpResponse, csv::Error> {
        let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(self.header.iter().copied().chain(["time_zone"]))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(String::as_str).chain([self.zone.as_str()]))?;
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8; header=present")
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", self.name)))
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .insert_header((header::VARY, "Accept"))
            .body(bytes))
    }
}

/// Whether the caller wants a spreadsheet's file rather than JSON.
pub fn wanted(req: &HttpRequest) -> bool {
    let accept = req.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, f32)> = accept.flat_map(|list| list.split(',')).map(range).collect();
    let liking = |kinds: &[&str]| {
        kinds.iter().find_map(|kind| ranges.iter().find(|(range, _)| range == kind)).map_or(0.0, |(_, liking)| *liking)
    };
    liking(&["text/csv", "text/*"]) > liking(&["application/json", "application/*", "*/*"])
}

fn range(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let name = parts.next().unwrap_or_default();
    let liking = parts.find_map(|part| part.strip_prefix("q=").and_then(|q| q.parse().ok())).unwrap_or(1.0);
    (name, liking)
}

/// The text as a spreadsheet shows it, rather than computes it.
fn plain(text: &str) -> String {
    let formula = |c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let first = text.chars().next();
    let visible = text.trim_start().chars().next();
    if first.is_some_and(formula) || visible.is_some_and(formula) { format!("'{text}") } else { text.to_owned() }
}

fn decimal(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).decimal()
}

/// The zone in whose calendar the books are kept.
fn zone(books: &Books, calendar: &ShopCalendar) -> String {
    books.time_zone.clone().unwrap_or_else(|| calendar.zone().to_owned())
}

pub fn months(report: &Report<MonthSales>, of: Currency, calendar: &ShopCalendar) -> Table {
    let header: &[&str] =
        &["month", "currency", "orders", "cancelled", "net", "tax", "shipping", "gross", "refunded", "kept"];
    let row = |row: &MonthSales| {
        let sums = row.amounts;
        let mut cells =
            vec![row.month.to_string(), of.to_string(), sums.orders.to_string(), sums.cancelled.to_string()];
        let amounts = [sums.net, sums.tax, sums.shipping, sums.gross, sums.refunded, sums.net_of_refunds()];
        cells.extend(amounts.map(|minor| decimal(minor, of)));
        cells
    };
    Table {
        name: "monthly-sales",
        header,
        rows: report.rows.iter().map(row).collect(),
        zone: zone(&report.books, calendar),
    }
}

/// The rows of sales over time; an average of no orders is empty.
pub fn sales_over_time(report: &Report<SpanSales>, of: Currency, calendar: &ShopCalendar) -> Table {
    let header: &[&str] = &[
        "period",
        "from",
        "until",
        "currency",
        "orders",
        "cancelled",
        "net",
        "tax",
        "shipping",
        "gross",
        "refunded",
        "kept",
        "average_order",
    ];
    let row = |row: &SpanSales| {
        let (sums, days) = (row.amounts, row.span.days);
        let mut cells = vec![row.span.name.clone(), days.first().to_string(), days.last().to_string(), of.to_string()];
        cells.extend([sums.orders, sums.cancelled].map(|count| count.to_string()));
        let amounts = [sums.net, sums.tax, sums.shipping, sums.gross, sums.refunded, sums.net_of_refunds()];
        cells.extend(amounts.map(|minor| decimal(minor, of)));
        cells.push(sums.average_order().map_or_else(String::new, |minor| decimal(minor, of)));
        cells
    };
    Table { name: "sales", header, rows: report.rows.iter().map(row).collect(), zone: zone(&report.books, calendar) }
}

fn goods(amounts: GoodsAmounts, of: Currency) -> Vec<String> {
    let mut cells = vec![of.to_string(), amounts.quantity.to_string()];
    cells.extend([amounts.net, amounts.tax, amounts.gross].map(|minor| decimal(minor, of)));
    cells.push(amounts.returned.to_string());
    cells.extend([amounts.refunded, amounts.net_of_refunds()].map(|minor| decimal(minor, of)));
    cells
}

/// The articles.
pub fn products(report: &Report<ProductSales>, of: Currency, calendar: &ShopCalendar) -> Table {
    let row = |row: &ProductSales| {
        let mut cells = vec![plain(row.sku.as_str()), plain(&row.title)];
        cells.extend(goods(row.amounts, of));
        cells
    };
    let header = &["sku", "title", "currency", "quantity", "net", "tax", "gross", "returned", "refunded", "kept"];
    Table {
        name: "top-products",
        header,
        rows: report.rows.iter().map(row).collect(),
        zone: zone(&report.books, calendar),
    }
}

/// The categories; the one without a name is empty.
pub fn categories(report: &Report<CategorySales>, of: Currency, calendar: &ShopCalendar) -> Table {
    let row = |row: &CategorySales| {
        let mut cells = vec![plain(row.category.as_ref().map_or("", Category::as_str))];
        cells.extend(goods(row.amounts, of));
        cells
    };
    let header = &["category", "currency", "quantity", "net", "tax", "gross", "returned", "refunded", "kept"];
    Table {
        name: "sales-by-category",
        header,
        rows: report.rows.iter().map(row).collect(),
        zone: zone(&report.books, calendar),
    }
}

/// The countries; the one without a name is empty.
pub fn countries(report: &Report<CountrySales>, of: Currency, calendar: &ShopCalendar) -> Table {
    let row = |row: &CountrySales| {
        let sums = row.amounts;
        let country = plain(row.country.as_ref().map_or("", Country::as_str));
        let mut cells = vec![country, of.to_string(), sums.orders.to_string()];
        cells.extend(
            [sums.net, sums.tax, sums.gross, sums.refunded, sums.net_of_refunds()].map(|minor| decimal(minor, of)),
        );
        cells
    };
    let header = &["country", "currency", "orders", "net", "tax", "gross", "refunded", "kept"];
    Table {
        name: "sales-by-country",
        header,
        rows: report.rows.iter().map(row).collect(),
        zone: zone(&report.books, calendar),
    }
}

pub fn refunds(page: &RefundPage, calendar: &ShopCalendar) -> Table {
    let row = |row: &RefundEntry| {
        vec![
            plain(row.id.as_str()),
            row.order.to_string(),
            plain(&row.number),
            row.amount.currency().to_string(),
            row.amount.decimal(),
            plain(&row.reason),
            calendar.local(row.refunded_at),
            row.of_a_sale.to_string(),
        ]
    };
    let header = &["refund_id", "order_id", "number", "currency", "amount", "reason", "refunded_at", "of_a_sale"];
    Table {
        name: "refunds",
        header,
        rows: page.report.rows.iter().map(row).collect(),
        zone: calendar.zone().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_compute_is_made_plain() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠x", "\n=1"]
        {
            assert_eq!(plain(formula), format!("'{formula}"));
        }
        for text in ["", "Kea 14", "a=b", "3 - 2", "Größe"] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn quotes_commas_and_lines_stay_inside_their_field() {
        let table = Table {
            name: "x",
            header: &["a", "b"],
            rows: vec![vec!["say \"hi\", you".into(), "1\n2".into()]],
            zone: "Etc/UTC".into(),
        };
        let body = table.answer().unwrap().into_body().try_into_bytes().unwrap();
        assert_eq!(body, "\"a\",\"b\",\"time_zone\"\n\"say \"\"hi\"\", you\",\"1\n2\",\"Etc/UTC\"\n");
    }

    #[test]
    fn the_callers_liking_decides_and_json_is_the_usual() {
        let asks =
            |accept: &'static str| wanted(&TestRequest::get().insert_header(("Accept", accept)).to_http_request());
        assert!(asks("text/csv") && asks("text/csv;q=0.9, */*;q=0.1") && asks("TEXT/CSV; charset=utf-8"));
        assert!(!asks("*/*") && !asks("application/json") && !asks("application/json, text/csv;q=0.5"));
        assert!(!asks("text/csv;q=0"));
        assert!(!wanted(&TestRequest::get().to_http_request()));
    }
}
