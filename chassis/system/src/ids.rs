//! Ids and randomness, asked of the system here and nowhere else.

use rand::Rng;
use shared_kernel::Ids;
use uuid::Uuid;

/// The system's source of ids and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}
