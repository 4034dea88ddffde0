//! What one can do with carts and orders: one use case per file.
//!
//! A use case loads, lets the domain decide, and commits. It never touches the bus, and calls the outside world only
//! where its file says that it carries out a task; then outside any transaction.
//!
//! Buying: [`create_cart`], [`set_cart_item`], [`view_cart`], [`claim_cart`], [`place_order`], [`wait_until_payable`],
//! [`open_card_page`]. Facts: [`answer_stock`], [`accept_payment_event`], [`record_payment`], [`check_payment`], [`follow_fulfilment`],
//! [`keep_prices`], [`handle_overdue`], [`reconcile_payments`], [`catch_up`]. Tasks: [`open_payment`], [`close_intent`],
//! [`send_refund`], [`send_receipt`]. People: [`view_order`], [`list_orders`], [`request_cancellation`],
//! [`refund_order`], [`resolve_attention`], [`import_orders`] ([`history_file`],
//! [`historical_order`]), [`audit_orders`], [`forget_carts`],
//! [`forget_customer`].

pub mod accept_payment_event;
pub mod answer_stock;
pub mod audit_orders;
pub mod cart_pricing;
pub mod catch_up;
pub mod check_payment;
pub mod claim_cart;
pub mod close_intent;
pub mod create_cart;
pub mod follow_fulfilment;
pub mod forget_carts;
pub mod forget_customer;
pub mod handle_overdue;
pub mod historical_order;
pub mod history_file;
pub mod import_orders;
pub mod keep_prices;
pub mod list_orders;
pub mod open_card_page;
pub mod open_payment;
pub mod place_order;
pub mod reconcile_payments;
pub mod record_payment;
pub mod refund_order;
pub mod request_cancellation;
pub mod request_key;
pub mod resolve_attention;
pub mod send_receipt;
pub mod send_refund;
pub mod set_cart_item;
pub mod tasks;
mod use_cases;
pub mod view_cart;
pub mod view_order;
pub mod wait_until_payable;

pub use accept_payment_event::{AcceptPaymentEvent, AcceptPaymentEventError};
pub use answer_stock::{AnswerStock, StockAnswer};
pub use audit_orders::AuditOrders;
pub use cart_pricing::{CartPricing, CartView, CartViewLine, PricingConfig};
pub use catch_up::{CatchUp, CatchUpError, CatchUpSummary};
pub use check_payment::{CheckPayment, CheckPaymentError, Checked};
pub use claim_cart::{ClaimCart, ClaimCartCommand, ClaimCartError};
pub use close_intent::CloseIntent;
pub use create_cart::{CreateCart, CreateCartCommand};
pub use follow_fulfilment::{FollowFulfilment, FulfilmentFact};
pub use forget_carts::ForgetCarts;
pub use forget_customer::ForgetCustomer;
pub use handle_overdue::HandleOverdue;
pub use historical_order::HistoricalOrder;
pub use history_file::BadLine;
pub use import_orders::{ImportOrders, ImportSummary};
pub use keep_prices::KeepPrices;
pub use list_orders::{ListOrders, ListOrdersError, ListOrdersQuery};
pub use open_card_page::{OpenCardPage, OpenCardPageError, OpenCardPageQuery};
pub use open_payment::OpenPayment;
pub use place_order::{CheckoutPolicy, PlaceOrder, PlaceOrderCommand, PlaceOrderError, PlacedOrder};
pub use reconcile_payments::{ReconcilePayments, ReconcileSummary};
pub use record_payment::{RecordPayment, Recorded};
pub use refund_order::{RefundOrder, RefundOrderCommand, RefundOrderError};
pub use request_cancellation::{RequestCancellation, RequestCancellationCommand, RequestCancellationError};
pub use resolve_attention::{ResolveAttention, ResolveAttentionError};
pub use send_receipt::SendReceipt;
pub use send_refund::SendRefund;
pub use set_cart_item::{SetCartItem, SetCartItemCommand, SetCartItemError};
pub use tasks::{TaskError, TaskRun};
pub use use_cases::{Adapters, Policy, UseCases};
pub use view_cart::{ViewCart, ViewCartError, ViewCartQuery};
pub use view_order::{ViewOrder, ViewOrderError, ViewOrderQuery};
pub use wait_until_payable::WaitUntilPayable;
