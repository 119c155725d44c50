//! Calls of named providers that they, or those who receive their calls, have published with the keys.

use super::*;

/// One such call, at the time of its timestamp.
struct Published {
    provider: &'static str,
    secret: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    now: i64,
}

/// `verify` in <https://github.com/braintree/braintree_ruby/blob/master/spec/unit/braintree/webhook_notification_spec.rb>
#[test]
fn the_published_proof_of_braintrees_challenge_is_made() {
    let provider = providers::named("braintree").unwrap();
    let secret = secret("integration_private_key");
    let proof =
        prove(provider.main().scheme, Algorithm::Sha1, &secret, "20f9f8ed05f77439fe955c977e4c8a53", Encoding::Hex);
    assert_eq!(proof.as_deref(), Some("d9b899556c966b3f06945ec21311865d35df3ce4"));
}

const PUBLISHED: &[Published] = &[
    // https://community.developer.cybersource.com/t5/Integration-and-Testing/HMAC-SHA-512-hash-not-matching-in-webhook-callback/m-p/57201
    Published {
        provider: "authorize-net",
        secret: "2679A5D5785C9B26CF921E1754765CDDB265C9C88400786923E5343B315954FAFB4B7BF608818F6A21766741E8637DC206F286C725908C777ED4127D8562163D",
        headers: &[(
            "x-anet-signature",
            "sha512=9607C69D2734514554CE13D923D19939563F2FD6567D239F49F0DF0D08865632A0FB98061B4620CC52C47BB8BF6E2B69A15A67E4C98E81D7D65111076C515C6A",
        )],
        body: r#"{"notificationId":"f813b98f-3552-4eeb-ba40-acb4704eeba3","eventType":"net.authorize.payment.authcapture.created","eventDate":"2017-03-08T17:35:37.155999Z","webhookId":"63d6fea2-aa13-4b1d-a204-f5fbc15942b7","payload":{"responseCode":1,"authCode":"8VTPDC","avsResponse":"Y","authAmount":10.00,"entityName":"transaction","id":"60019392075"}}"#,
        now: 0,
    },
    // https://github.com/stymiee/authnetjson/blob/master/tests/Authnetjson/AuthnetWebhookTest.php
    Published {
        provider: "authorize-net",
        secret: "52CB4A002C634B84E397DC8A218E1A160BA7CAB7CBE4C05B35E9CBB05E14FE4A2385812E980CCF97D177F17863CE214D1BE6CE8E1E894487AACF3609C1A5FE17",
        headers: &[(
            "x-anet-signature",
            "sha512=A1E0CC0F8A7B6274E0951CAC5EB63579F70FC6B7B15384B146DCE02B98DEE3954A5A8E331661B51DE953E141E88994DFA7D267FFB8428BE0660511B6EFB94960",
        )],
        body: r#"{"notificationId":"182cbbff-cab2-4080-931d-80e5d818f23a","eventType":"net.authorize.payment.authcapture.created","eventDate":"2017-08-18T20:40:52.7722007Z","webhookId":"849eb87e-078a-4169-a34b-c0bded5019a8","payload":{"responseCode":0,"authCode":"Z3PV5H","avsResponse":"Y","authAmount":0.0,"entityName":"transaction","id":"40005915599"}}"#,
        now: 0,
    },
    // https://github.com/box/box-node-sdk, tests/lib/managers/webhooks-test.js; of two keys, either is enough.
    Published {
        provider: "box",
        secret: "SamplePrimaryKey",
        headers: &[
            ("box-delivery-timestamp", "2020-01-01T00:00:00-07:00"),
            ("box-signature-primary", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="),
        ],
        body: r#"{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}"#,
        now: 1_577_862_000,
    },
    Published {
        provider: "box",
        secret: "SampleSecondaryKey",
        headers: &[
            ("box-delivery-timestamp", "2020-01-01T00:00:00-07:00"),
            ("box-signature-primary", "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI="),
            ("box-signature-secondary", "v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo="),
        ],
        body: r#"{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}"#,
        now: 1_577_862_000,
    },
    // https://github.com/coinbase/coinbase-commerce-node/blob/master/test/testWebhook.spec.js
    Published {
        provider: "coinbase-commerce",
        secret: "30291a20-0bd1-4267-9b0f-e6e7b123c0bf",
        headers: &[("x-cc-webhook-signature", "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d")],
        body: r#"{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"pricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000","bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}"#,
        now: 0,
    },
    // https://configcat.com/docs/advanced/notifications-webhooks/
    Published {
        provider: "configcat",
        secret: "configcat_whsk_VN3juirnVh5pNvCKd81RYRYchxUX4j3NykbZG2fAy88=",
        headers: &[
            ("x-configcat-webhook-id", "b616ca659d154a5fb907dd8475792eeb"),
            ("x-configcat-webhook-timestamp", "1669629035"),
            ("x-configcat-webhook-signature-v1", "Ks3cYsu9Lslfo+hVxNC3oQWnsF9e5d73TI5t94D9DRA="),
        ],
        body: "examplebody",
        now: 1_669_629_035,
    },
    // https://github.com/cronofy/cronofy-ruby/blob/master/spec/lib/cronofy/client_spec.rb
    Published {
        provider: "cronofy",
        secret: "pDY0Oi7TJSP2hfNmZNkm5",
        headers: &[("cronofy-hmac-sha256", "something-else,6r2/HjBkqymGegX0wOfifieeUXbbHwtV/LohHS+jv6c=")],
        body: r#"{"example":"well-known"}"#,
        now: 0,
    },
    // https://github.com/Finch-API/finch-api-node/blob/main/tests/api-resources/webhooks.test.ts
    Published {
        provider: "finch",
        secret: "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
        headers: &[
            ("finch-event-id", "msg_2Lh9KRb0pzN4LePd3XiA4v12Axj"),
            ("finch-timestamp", "1676312382"),
            ("finch-signature", "v1,m7y0TV2C+hlHxU42wCieApTSTaA8/047OAplBqxIV/s="),
        ],
        body: r#"{"company_id":"720be419-0293-4d32-a707-32179b0827ab"}"#,
        now: 1_676_312_382,
    },
    // https://github.com/gocardless/gocardless-nodejs/blob/master/src/webhooks.test.ts
    Published {
        provider: "gocardless",
        secret: "ED7D658C-D8EB-4941-948B-3973214F2D49",
        headers: &[("webhook-signature", "2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e")],
        body: r#"{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}"#,
        now: 0,
    },
    // Of a client for Klaviyo's calls, with the time that Klaviyo's page shows.
    Published {
        provider: "klaviyo",
        secret: "klaviyo-test-secret",
        headers: &[
            ("klaviyo-timestamp", "Thu, 04 Jan 2024 18:05:25 GMT"),
            ("klaviyo-signature", "5aa0e720d80b3a04ca04baf3c65cdfe31da57504af69fee8da29c35d45f0596b"),
        ],
        body: r#"{"data":[{"external_id":"4L3cwQae2TX","topic":"event:klaviyo.sent_sms"}],"meta":{"klaviyo_webhook_id":"a8b890458b4bbfaa26d961471b83c101d6de23bd826e7e5173a15310985ec3cb"}}"#,
        now: 1_704_391_525,
    },
    // https://github.com/line/line-bot-sdk-nodejs/blob/master/test/validate-signature.spec.ts
    Published {
        provider: "line",
        secret: "test_secret",
        headers: &[("x-line-signature", "t7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=")],
        body: r#"{"hello":"world"}"#,
        now: 0,
    },
];

impl Published {
    fn is_accepted(&self, secret: &str, body: &str, now: i64) -> bool {
        let provider = providers::read(self.provider).unwrap();
        let means = Means::of_provider(provider, None, None, Options::default()).unwrap();
        let signing = Signing::without_secret(means);
        verified(&signing, secret, self.headers, body.as_bytes(), now)
    }
}

#[test]
fn every_published_call_is_accepted_and_none_with_another_key_body_or_time() {
    for call in PUBLISHED {
        let Published { provider, secret, body, now, .. } = *call;
        assert!(call.is_accepted(secret, body, now), "{provider}");
        assert!(!call.is_accepted(&secret.replacen(['a', 'c', 'A', 'S', '5'], "9", 1), body, now), "{provider}: key");
        assert!(!call.is_accepted(secret, &format!("{body} "), now), "{provider}: body");
        let has_time = now != 0;
        assert_eq!(!call.is_accepted(secret, body, now + 3600), has_time, "{provider}: time");
    }
}
