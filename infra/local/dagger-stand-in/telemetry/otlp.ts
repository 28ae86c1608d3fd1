import protobuf from "protobufjs/light.js";
import type { ReceivedSpan } from "./trace.js";

/**
 * Part of OTLP's trace export that is read here, by field numbers:
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 * The SDK's exporter sends protobuf only; it ignores OTEL_EXPORTER_OTLP_PROTOCOL.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    Request: { fields: { resourceSpans: { rule: "repeated", type: "ResourceSpans", id: 1 } } },
    ResourceSpans: { fields: { scopeSpans: { rule: "repeated", type: "ScopeSpans", id: 2 } } },
    ScopeSpans: { fields: { spans: { rule: "repeated", type: "Span", id: 2 } } },
    Span: {
      fields: {
        spanId: { type: "bytes", id: 2 },
        parentSpanId: { type: "bytes", id: 4 },
        name: { type: "string", id: 5 },
        startTimeUnixNano: { type: "fixed64", id: 7 },
        endTimeUnixNano: { type: "fixed64", id: 8 },
        attributes: { rule: "repeated", type: "KeyValue", id: 9 },
        status: { type: "Status", id: 15 },
      },
    },
    Status: { fields: { message: { type: "string", id: 2 }, code: { type: "int32", id: 3 } } },
    KeyValue: { fields: { key: { type: "string", id: 1 }, value: { type: "AnyValue", id: 2 } } },
    AnyValue: { fields: { stringValue: { type: "string", id: 1 }, boolValue: { type: "bool", id: 2 } } },
  },
});
const request = root.lookupType("Request");

interface WireSpan {
  spanId: Uint8Array;
  parentSpanId: Uint8Array;
  name: string;
  startTimeUnixNano: number;
  endTimeUnixNano: number;
  attributes: { key: string; value?: { stringValue?: string; boolValue?: boolean } }[];
  status?: { message?: string; code?: number };
}

/** `STATUS_CODE_ERROR` of OTLP. */
const failed = 2;
/** Maximum length of a span's name and error, in characters. */
const longestText = 64 << 10;

/**
 * Reads the spans of an ExportTraceServiceRequest. A span without an end time has only begun.
 *
 * @throws {Error} The bytes are not such a request.
 */
export function readSpans(body: Uint8Array): ReceivedSpan[] {
  const { resourceSpans } = request.toObject(request.decode(body), { arrays: true, longs: Number, defaults: true }) as {
    resourceSpans: { scopeSpans: { spans: WireSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(received)));
}

function received(span: WireSpan): ReceivedSpan {
  const isSet = (name: string) =>
    span.attributes.some(({ key, value }) => key === `dagger.io/ui.${name}` && value?.boolValue === true);
  const progress = span.attributes.find(({ key }) => key === "slipway.progress")?.value?.stringValue;
  const parent = hex(span.parentSpanId);
  const message = span.status?.message?.slice(0, longestText);
  return {
    id: hex(span.spanId),
    parent: parent || undefined,
    name: span.name.slice(0, longestText),
    startedAt: milliseconds(span.startTimeUnixNano),
    endedAt: span.endTimeUnixNano === 0 ? undefined : milliseconds(span.endTimeUnixNano),
    failed: span.status?.code === failed,
    ...(span.status?.code === failed && message && { error: message }),
    ...(progress && { progress: progress.slice(0, longestText) }),
    reveal: isSet("reveal"),
    encapsulate: isSet("encapsulate"),
    encapsulated: isSet("encapsulated"),
    internal: isSet("internal"),
    passthrough: isSet("passthrough"),
    boundary: isSet("boundary"),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Converts nanoseconds to milliseconds; the digits lost in a number are not needed. */
function milliseconds(nanoseconds: number): number {
  return nanoseconds / 1e6;
}
