//! tmp
#[path = "contract/rig.rs"]
mod rig;
#[path = "contract/api.rs"]
mod api;
