import assert from "node:assert/strict";
import { test } from "node:test";
import { type ListenerRulesFacts, listenerRules } from "../../../../lib/rollout/preflight/checks/listener-rules.js";
import { inShort } from "../../../support/facts.js";
import { targetGroupArn } from "../../../support/target-groups.js";

const [blue, green] = [targetGroupArn("blue"), targetGroupArn("green")];
type Shift = ListenerRulesFacts["shifts"][number];

/** Facts of a rule with these weights of blue and green, while the running tasks are in `running`. */
function found(
  weights: readonly (readonly [string, number])[],
  running: string | undefined = blue,
  more: Partial<Shift> = {},
) {
  const rule = { arn: "p", weights: weights.map(([group, weight]) => ({ group, weight })) };
  const rules = { value: new Map([["p", rule]]) };
  return listenerRules({
    shifts: [{ groups: [blue, green], production: "p", test: "t", rules, running: { value: running }, ...more }],
  });
}

test("one target group with all weight is right when the running tasks are in it, or it is not known where they are", () => {
  assert.deepEqual(
    found([
      [blue, 100],
      [green, 0],
    ]),
    [],
  );
  assert.deepEqual(found([[green, 1]], green), []);
  assert.deepEqual(found([[green, 1]], undefined, { running: { value: undefined } }), []);
});

test("a rule that another tool has put back is an error: the new tasks would join the old ones", () => {
  const [finding, ...others] = found([[blue, 1]], green);
  assert.deepEqual([finding?.level, others], ["error", []]);
  assert.match(String(finding?.what), /forwards to blue, and the running tasks are in green/);
  assert.match(String(finding?.fix), /ignore_changes = \[action\]/);
});

test("two target groups with weight, none, and a third one are errors", () => {
  const cases: [Parameters<typeof found>[0], RegExp][] = [
    [
      [
        [blue, 90],
        [green, 10],
      ],
      /forwards to blue \(weight 90\) and green \(weight 10\)/,
    ],
    [
      [
        [blue, 0],
        [green, 0],
      ],
      /forwards to none/,
    ],
    [[[targetGroupArn("other"), 1]], /forwards to other \(weight 1\)\. ECS needs exactly one of blue and green/],
  ];
  for (const [weights, message] of cases) {
    assert.deepEqual(inShort(found(weights)), ["error listener-rules"]);
    assert.match(String(found(weights)[0]?.what), message);
  }
});

test("one rule for both kinds of traffic, and a rule that does not exist, are errors", () => {
  assert.match(String(found([[blue, 1]], blue, { test: "p" })[0]?.what), /The test rule is the production rule p/);
  const rules = { value: new Map([["p", undefined]]) };
  assert.match(String(found([], blue, { rules })[0]?.what), /name the rule p, and there is no such rule/);
});

test("what may not be read is not checked, with the permission to allow", () => {
  const rules = { unknown: "elasticloadbalancing:DescribeRules is not permitted" };
  const [finding] = found([], blue, { rules });
  assert.equal(finding?.level, "not-checked");
  assert.match(String(finding?.fix), /Allow elasticloadbalancing:DescribeRules/);
  assert.deepEqual(inShort(found([[blue, 1]], blue, { running: { unknown: "no" } })), ["not-checked listener-rules"]);
});

test("a Network Load Balancer's listeners are judged as rules are, and named as listeners", () => {
  const arn = "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/net/web/1/2";
  const listener = (groups: readonly string[]) =>
    found([], green, {
      production: arn,
      rules: { value: new Map([[arn, { arn, weights: groups.map((group) => ({ group, weight: 1 })) }]]) },
    });
  assert.deepEqual(listener([green]), []);
  const [swapped] = listener([blue]);
  assert.match(
    String(swapped?.what),
    /^The production listener arn:.* forwards to blue, and the running tasks are in green/,
  );
  assert.match(String(swapped?.fix), /modify-listener.*ignore_changes = \[default_action\]/);
  assert.match(String(listener([blue, green])[0]?.fix), /aws elbv2 modify-listener/);
  const gone = found([], green, { production: arn, rules: { value: new Map([[arn, undefined]]) } });
  assert.match(String(gone[0]?.what), /name the listener arn:.*, and there is no such listener/);
  const denied = { unknown: "elasticloadbalancing:DescribeListeners is not permitted" };
  assert.match(
    String(found([], green, { production: arn, rules: denied })[0]?.fix),
    /Allow elasticloadbalancing:DescribeListeners/,
  );
});
