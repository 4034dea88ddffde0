//! Several instances behind one name: what happens when one is gone, is lost in the middle, or is started again.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;

use crate::fake::{Fake, client};
use crate::gateway::Gateway;

/// A process that reads requests and is lost before it answers any.
fn lost() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _read = stream.read(&mut [0; 4096]).unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let _lost = stream.flush();
        }
    });
    (address, taken)
}

fn nowhere() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[actix_web::test]
async fn nobody_notices_that_one_of_two_instances_is_gone() {
    let there = Fake::start("order");
    let Some(gateway) = Gateway::start(|_| vec![nowhere(), there.address]).await else { return };
    let client = client();
    for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
        for path in ["/cart/items", "/products", "/api/order/v1/carts", "/login"] {
            for _ in 0..4 {
                let answer = client.request(method.clone(), gateway.url(path)).send().await.unwrap();
                assert_eq!(answer.status(), 200, "{method} {path}");
            }
        }
    }
}

#[actix_web::test]
async fn what_was_lost_in_the_middle_is_asked_again_only_where_that_is_harmless() {
    let there = Fake::start("order");
    let (broken, taken) = lost();
    let Some(gateway) = Gateway::start(|_| vec![broken, there.address]).await else { return };
    let client = client();
    let ask = async |method: Method, path: &str| {
        let before = (taken.load(Ordering::SeqCst), there.seen().len());
        let status = client.request(method, gateway.url(path)).body("x").send().await.unwrap().status().as_u16();
        (status, taken.load(Ordering::SeqCst) - before.0, there.seen().len() - before.1)
    };
    let harmless = [
        (Method::GET, "/cart"),
        (Method::PUT, "/api/order/v1/carts/7/items/KEA"),
        (Method::DELETE, "/api/order/v1/carts/7/items/KEA"),
        (Method::POST, "/api/order/v1/orders"),
        (Method::POST, "/api/order/v1/orders/7/cancel"),
        (Method::POST, "/api/order/v1/orders/7/refunds"),
        (Method::POST, "/api/order/v1/payment-events"),
        (Method::POST, "/checkout/confirm"),
        (Method::POST, "/orders/7/cancel"),
        (Method::POST, "/admin/orders/7/refunds"),
    ];
    for (method, path) in harmless {
        let met: Vec<_> = [ask(method.clone(), path).await, ask(method.clone(), path).await].into();
        // One of the two requests met the broken instance first, and was answered by the other all the same.
        assert!(met.iter().all(|(status, _, seen)| (*status, *seen) == (200, 1)), "{method} {path}: {met:?}");
        assert_eq!(met.iter().map(|(_, broken, _)| broken).sum::<usize>(), 1, "{method} {path}: {met:?}");
    }
    for path in ["/cart/items", "/api/order/v1/carts", "/admin/products"] {
        let mut met = [ask(Method::POST, path).await, ask(Method::POST, path).await];
        met.sort_unstable();
        assert_eq!(met, [(200, 0, 1), (503, 1, 0)], "POST {path} may have happened and was sent again");
    }
}

#[actix_web::test]
async fn instances_are_started_again_one_by_one_and_no_request_fails() {
    let mut fakes = [Fake::start("order"), Fake::start("order")];
    let addresses: Vec<SocketAddr> = fakes.iter().map(|fake| fake.address).collect();
    let Some(gateway) = Gateway::start(|_| addresses.clone()).await else { return };
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let buyers: Vec<_> = ["/cart", "/api/order/v1/orders", "/products", "/checkout/confirm"]
        .into_iter()
        .map(|path| {
            let (done, answered, url, client) = (Arc::clone(&done), Arc::clone(&answered), gateway.url(path), client());
            actix_web::rt::spawn(async move {
                let mut failures = Vec::new();
                while !done.load(Ordering::SeqCst) {
                    let method = if answered.load(Ordering::SeqCst) % 2 == 0 { Method::GET } else { Method::POST };
                    // A POST that names itself, or a plain look: nothing else may be sent twice.
                    let method = if url.contains("orders") || url.contains("confirm") { method } else { Method::GET };
                    let status = client.request(method, &url).send().await.unwrap().status();
                    if status == 200 {
                        answered.fetch_add(1, Ordering::SeqCst)
                    } else {
                        failures.push(status);
                        0
                    };
                }
                failures
            })
        })
        .collect();
    for round in 0..6 {
        let target = answered.load(Ordering::SeqCst) + 100;
        chassis::testing::eventually(std::time::Duration::from_secs(30), || async {
            (answered.load(Ordering::SeqCst) >= target).then_some(())
        })
        .await;
        let which = round % 2;
        fakes[which].stop().await;
        fakes[which] = Fake::start_at("order", addresses[which]);
    }
    done.store(true, Ordering::SeqCst);
    for buyer in buyers {
        assert_eq!(buyer.await.unwrap(), Vec::<reqwest::StatusCode>::new());
    }
}
