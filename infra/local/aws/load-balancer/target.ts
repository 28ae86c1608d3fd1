import type { Clock } from "../clock.js";
import type { LoadBalancerTarget, TargetHealth } from "../ecs/task-runtime.js";
import { checkTarget } from "./health-check.js";
import type { LoadBalancerSettings } from "./settings.js";
import { initialHealth, judge } from "./target-health.js";

/** Request in progress at a target. */
export interface OpenRequest {
  /** Aborts it at the end of the deregistration delay. */
  cut(): void;
}

/** Registered target: checked until it is deregistered, then drained. */
export class Target {
  readonly #open = new Set<OpenRequest>();
  #record = initialHealth;
  #whenIdle: (() => void) | undefined;
  #cancel: () => void = () => {};
  #checking = true;

  constructor(
    readonly at: LoadBalancerTarget,
    private readonly settings: LoadBalancerSettings,
    private readonly clock: Clock,
    private readonly listener: (health: TargetHealth) => void,
  ) {
    this.#check();
  }

  get state(): TargetHealth["state"] {
    return this.#record.health.state;
  }

  get health(): TargetHealth {
    return this.#record.health;
  }

  /** Counts a request until the returned function is called. */
  begin(request: OpenRequest): () => void {
    this.#open.add(request);
    return () => {
      this.#open.delete(request);
      if (this.#open.size === 0) this.#whenIdle?.();
    };
  }

  /** Stops the checks, waits for open requests up to the deregistration delay, aborts the rest, then calls `drained`. */
  drain(drained: () => void): void {
    this.#endChecks();
    const end = () => {
      this.#whenIdle = undefined;
      cancelDelay();
      this.#cut();
      drained();
    };
    const cancelDelay = this.clock.after(this.settings.deregistrationDelay, end);
    this.#cancel = cancelDelay;
    if (this.settings.waitsOutDelay) return;
    if (this.#open.size > 0) this.#whenIdle = end;
    // Asynchronous: the callback runs after `drain` returns.
    else this.#cancel = both(cancelDelay, this.clock.after(0, end));
  }

  /** Stops checks and aborts requests at once. */
  close(): void {
    this.#endChecks();
    this.#whenIdle = undefined;
    this.#cut();
  }

  #check(): void {
    const { healthCheckPath, healthCheckTimeout, healthCheckInterval } = this.settings;
    const { result, cancel } = checkTarget(this.at, healthCheckPath, healthCheckTimeout, this.clock);
    const started = this.clock.now();
    this.#cancel = cancel;
    void result.then((answer) => {
      if (!this.#checking) return;
      const before = this.#record.health;
      this.#record = judge(this.#record, answer, this.settings);
      const pause = Math.max(0, started + healthCheckInterval - this.clock.now());
      this.#cancel = this.clock.after(pause, () => this.#check());
      if (this.#record.health !== before) this.listener(this.#record.health);
    });
  }

  #endChecks(): void {
    this.#checking = false;
    this.#cancel();
  }

  #cut(): void {
    for (const request of this.#open) request.cut();
  }
}

function both(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}
