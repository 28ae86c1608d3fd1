import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listener, LoadBalancer, Rule } from "@aws-sdk/client-elastic-load-balancing-v2";
import { addressOf } from "../../lib/init/public-address.js";

const group = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/api/1";
const forward = { Type: "forward", TargetGroupArn: group } as const;
const redirect = { Type: "redirect" } as const;
const DNSName = "main-1.us-west-2.elb.amazonaws.com";

type Listening = { protocol: "HTTP" | "HTTPS" | "TCP"; port: number; rules?: Rule[] };
function address(listeners: Listening[], more: Partial<LoadBalancer> = {}) {
  const balancer: LoadBalancer = { DNSName, Scheme: "internet-facing", Type: "application", ...more };
  const given = listeners.map(({ protocol, port, rules = [{ Actions: [forward] }] }) => ({
    listener: { Protocol: protocol, Port: port, DefaultActions: [forward] } as Listener,
    rules,
  }));
  return addressOf({ balancer, listeners: given }, [group]);
}
const ofHost = (...Values: string[]): Rule => ({
  Actions: [forward],
  Conditions: [{ Field: "host-header", HostHeaderConfig: { Values } }],
});

test("an HTTP listener that forwards is reached by the load balancer's own name", () => {
  assert.deepEqual(address([{ protocol: "HTTP", port: 80 }]), {
    url: `http://${DNSName}`,
    from: "the load balancer's own name",
  });
  assert.deepEqual(address([{ protocol: "HTTP", port: 8080 }]), {
    url: `http://${DNSName}:8080`,
    from: "the load balancer's own name",
  });
});

test("a rule's host name wins, on HTTPS before HTTP, and a pattern is none", () => {
  const rules = [ofHost("*.example.com", "api.example.com")];
  const listeners: Listening[] = [
    { protocol: "HTTP", port: 80, rules },
    { protocol: "HTTPS", port: 443, rules },
  ];
  assert.deepEqual(address(listeners), { url: "https://api.example.com", from: "a rule of the load balancer" });
  assert.match(JSON.stringify(address([{ protocol: "HTTPS", port: 443, rules: [ofHost("*.example.com")] }])), /"none"/);
});

test("a path that the rule's requests begin with becomes part of the URL", () => {
  const paths = { Field: "path-pattern", PathPatternConfig: { Values: ["/api/v1/*"] } };
  const rule = ofHost("shop.example.com");
  const rules = [{ ...rule, Conditions: [...(rule.Conditions ?? []), paths] }];
  assert.match(
    JSON.stringify(address([{ protocol: "HTTPS", port: 443, rules }])),
    /"https:\/\/shop\.example\.com\/api\/v1"/,
  );
});

test("a listener that redirects, or forwards elsewhere, is not the service's", () => {
  const elsewhere = { Type: "forward", TargetGroupArn: `${group}2` } as const;
  for (const action of [redirect, elsewhere]) {
    const found = address([{ protocol: "HTTP", port: 80, rules: [{ Actions: [action] }] }]);
    assert.deepEqual(found, { none: "no listener of the load balancer forwards to the service" });
  }
});

test("where no URL can be made, the reason is given", () => {
  const https: Listening[] = [{ protocol: "HTTPS", port: 443 }];
  assert.match(JSON.stringify(address(https)), /its certificate is for another name/);
  assert.match(JSON.stringify(address([{ protocol: "HTTP", port: 80 }], { Scheme: "internal" })), /is internal/);
  assert.match(JSON.stringify(address([{ protocol: "TCP", port: 80 }], { Type: "network" })), /of type network/);
});
