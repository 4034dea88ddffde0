//! What can be done with the books, one use case per file.
//!
//! Two take news in: [`record_fact`] and [`keep_product`]. Six answer a question: [`show_monthly_sales`],
//! [`show_sales_over_time`], [`show_top_products`], [`show_sales_by_category`], [`show_sales_by_country`], [`list_refunds`]. What all questions
//! have in common (which months, which currency) is parsed in [`report_query`].

pub mod keep_product;
pub mod list_refunds;
pub mod record_fact;
pub mod report_query;
pub mod show_monthly_sales;
pub mod show_sales_by_category;
pub mod show_sales_by_country;
pub mod show_sales_over_time;
pub mod show_top_products;

pub use keep_product::KeepProduct;
pub use list_refunds::{ListRefunds, RefundPage};
pub use record_fact::{News, RecordFact, RecordFactCommand, RecordFactError};
pub use report_query::{ReportContext, ReportError, ReportParams};
pub use show_monthly_sales::ShowMonthlySales;
pub use show_sales_by_category::ShowSalesByCategory;
pub use show_sales_by_country::ShowSalesByCountry;
pub use show_sales_over_time::{SalesOverTimeQuery, SalesOverTimeReport, ShowSalesOverTime};
pub use show_top_products::ShowTopProducts;
