//! What this context promises: ports by every adapter, published events, understood events, and the HTTP API.

mod ports;
