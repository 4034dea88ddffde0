//! What a shop begins with: [`demo`] (products, stock, files and the first logins), [`first_start`] (the note of what is still
//! to be done) and [`sample_orders`] (for `better-store demo`).

pub mod demo;
pub mod first_start;
pub mod sample_orders;
