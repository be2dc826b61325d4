//! The servers of the lab, past the adapter: each serves tenants that see nothing of each other, and nobody without a
//! token.

use serde_json::json;

use super::lab::{Server, Vendor};

const ALL: [Vendor; 4] = [Vendor::Strict, Vendor::Closing, Vendor::Scimmy, Vendor::Django];

async fn total(server: &Server) -> serde_json::Value {
    server.raw("GET", "Users?startIndex=1&count=10", None).await["totalResults"].clone()
}

#[tokio::test]
async fn tenants_see_nothing_of_each_other() {
    for vendor in ALL {
        let (one, other) = (vendor.server(), vendor.server());
        let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "anna"});
        for server in [&one, &other] {
            assert_eq!(total(server).await, 0, "{vendor:?}");
            let made = server.raw("POST", "Users", Some(user.clone())).await;
            assert!(made["id"].is_string(), "{vendor:?}: {made}");
        }
        let id = one.raw("GET", "Users?startIndex=1&count=10", None).await["Resources"][0]["id"].clone();
        one.raw("DELETE", &format!("Users/{}", id.as_str().unwrap()), None).await;
        assert_eq!((total(&one).await, total(&other).await), (json!(0), json!(1)), "{vendor:?}");
    }
}

#[tokio::test]
async fn nobody_is_served_without_the_token() {
    rosterd::net::install_provider();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for vendor in ALL {
        let Server { url, .. } = vendor.server();
        for request in [client.get(format!("{url}/Users")), client.get(format!("{url}/Users")).bearer_auth("another")] {
            assert_eq!(request.send().await.unwrap().status(), 401, "{vendor:?}");
        }
    }
}
