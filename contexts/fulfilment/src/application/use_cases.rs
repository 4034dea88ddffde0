//! All use cases, made once from the ports.

use std::sync::Arc;

use shared_kernel::{Clock, Ids};

use super::{
    AdjustStock, AnonymiseOrder, AnswerCancellation, CloseShippingOrder, CreateShippingOrder, DeliverDigital,
    DeliveryPolicy, DeliveryPorts, DigitalFileQueries, DispatchItems, ImportCount, PutDigitalFile,
    ReleaseLapsedReservations, ReleaseStock, ReserveStock, SendWaitingFiles, SetStock, ShippingOrderQueries,
    StockQueries,
};
use crate::ports::{DigitalFiles, FilePost, PersonalData, ProductBook, RefundBook, StockBook, Warehouse, WorkList};
use crate::settings::FulfilmentSettings;

/// Everything the use cases and consumers need of the outside.
#[derive(Clone)]
pub struct Ports {
    pub warehouse: Arc<dyn Warehouse>,
    pub personal_data: Arc<dyn PersonalData>,
    pub stock: Arc<dyn StockBook>,
    pub work_list: Arc<dyn WorkList>,
    pub products: Arc<dyn ProductBook>,
    pub refunds: Arc<dyn RefundBook>,
    pub files: Arc<dyn DigitalFiles>,
    pub post: Arc<dyn FilePost>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
}

/// Everything that can be done.
#[derive(Clone)]
pub struct UseCases {
    pub reserve_stock: Arc<ReserveStock>,
    pub release_stock: Arc<ReleaseStock>,
    pub create_shipping_order: Arc<CreateShippingOrder>,
    pub dispatch_items: Arc<DispatchItems>,
    pub deliver_digital: Arc<DeliverDigital>,
    pub close_shipping_order: Arc<CloseShippingOrder>,
    pub answer_cancellation: Arc<AnswerCancellation>,
    pub anonymise_order: Arc<AnonymiseOrder>,
    pub set_stock: Arc<SetStock>,
    pub adjust_stock: Arc<AdjustStock>,
    pub import_count: Arc<ImportCount>,
    pub put_digital_file: Arc<PutDigitalFile>,
    pub release_lapsed_reservations: Arc<ReleaseLapsedReservations>,
    pub send_waiting_files: Arc<SendWaitingFiles>,
    pub shipping_orders: Arc<ShippingOrderQueries>,
    pub stock: Arc<StockQueries>,
    pub digital_files: Arc<DigitalFileQueries>,
}

impl UseCases {
    pub fn new(ports: &Ports, settings: &FulfilmentSettings) -> Self {
        let (warehouse, clock) = (|| Arc::clone(&ports.warehouse), || Arc::clone(&ports.clock));
        let send_waiting_files = Arc::new(SendWaitingFiles::new(warehouse(), Arc::clone(&ports.work_list)));
        let delivery =
            DeliveryPolicy { max_attachment_bytes: settings.largest_attachment, link_valid: settings.download_valid };
        let delivery_ports = DeliveryPorts {
            warehouse: warehouse(),
            work_list: Arc::clone(&ports.work_list),
            files: Arc::clone(&ports.files),
            post: Arc::clone(&ports.post),
        };
        Self {
            reserve_stock: Arc::new(ReserveStock::new(warehouse(), clock())),
            release_stock: Arc::new(ReleaseStock::new(warehouse(), clock())),
            create_shipping_order: Arc::new(CreateShippingOrder::new(warehouse(), clock())),
            dispatch_items: Arc::new(DispatchItems::new(warehouse(), clock())),
            deliver_digital: Arc::new(DeliverDigital::new(
                delivery_ports,
                Arc::clone(&send_waiting_files),
                clock(),
                Arc::clone(&ports.ids),
                delivery,
            )),
            close_shipping_order: Arc::new(CloseShippingOrder::new(warehouse(), clock())),
            answer_cancellation: Arc::new(AnswerCancellation::new(warehouse(), clock())),
            anonymise_order: Arc::new(AnonymiseOrder::new(Arc::clone(&ports.personal_data), clock())),
            set_stock: Arc::new(SetStock::new(warehouse(), clock())),
            adjust_stock: Arc::new(AdjustStock::new(warehouse(), clock())),
            import_count: Arc::new(ImportCount::new(warehouse(), clock())),
            put_digital_file: Arc::new(PutDigitalFile::new(
                Arc::clone(&ports.files),
                Arc::clone(&send_waiting_files),
                clock(),
            )),
            release_lapsed_reservations: Arc::new(ReleaseLapsedReservations::new(
                warehouse(),
                clock(),
                settings.reservation_grace,
            )),
            send_waiting_files,
            shipping_orders: Arc::new(ShippingOrderQueries::new(
                Arc::clone(&ports.work_list),
                Arc::clone(&ports.refunds),
            )),
            stock: Arc::new(StockQueries::new(Arc::clone(&ports.stock))),
            digital_files: Arc::new(DigitalFileQueries::new(Arc::clone(&ports.files), clock())),
        }
    }
}
