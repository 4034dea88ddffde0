//! What only reads. One use case per file, named after it.

mod list_orders;
mod view_cart;
mod view_order;
mod wait_for_payment;
mod wait_until_payable;

pub use list_orders::{ListOrders, ListOrdersError, ListOrdersQuery};
pub use view_cart::{ViewCart, ViewCartError, ViewCartQuery};
pub use view_order::{ViewOrder, ViewOrderError, ViewOrderQuery, may_see};
pub use wait_for_payment::WaitForPayment;
pub use wait_until_payable::WaitUntilPayable;
