package io.openclaw.tokenbucket.observability.endpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import io.openclaw.tokenbucket.observability.VisibleText;

/**
 * Has writes refuse fields that they do not know: a misspelt one would be left out
 * without a word. Immutable.
 */
public final class KnownFieldsAdvisor implements OperationInvokerAdvisor {

	private static final Set<EndpointId> ENDPOINTS = Set.of(EndpointId.of("tokenbuckets"),
			EndpointId.of("tokenbucketsnapshot"));

	private static final String OF_GATEWAY = "says how requests meet the limit, which each gateway has from its own "
			+ "configuration: set openclaw.buckets.%s.%s on all gateways";

	private static final Map<String, String> OF_CONFIGURATION = Map.of("key", "key", "cost", "cost", "scope", "scope",
			"onMissingKey", "on-missing-key", "overrides", "overrides");

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType type, OperationParameters parameters,
			OperationInvoker invoker) {
		if (type != OperationType.WRITE || !ENDPOINTS.contains(endpointId)) {
			return invoker;
		}
		List<String> known = new ArrayList<>();
		parameters.forEach((parameter) -> {
			if (parameter.getType() == String.class) {
				known.add(parameter.getName());
			}
		});
		return (context) -> {
			Map<String, @Nullable Object> sent = new LinkedHashMap<>(context.getArguments());
			sent.keySet().removeAll(known);
			return sent.isEmpty() ? invoker.invoke(context)
					: refusal(sent.entrySet().iterator().next(), context.getArguments(), known);
		};
	}

	private static WebEndpointResponse<?> refusal(Map.Entry<String, @Nullable Object> unknown, Map<String, ?> sent,
			List<String> known) {
		List<String> fields = new ArrayList<>(known);
		fields.remove("limit");
		if (fields.size() > 1) {
			fields.remove("key");
		}
		String detail = reason(unknown.getKey(), String.valueOf(sent.get("limit")),
				"is no field of this write; there are " + String.join(", ", fields));
		RejectedFieldException problem = new RejectedFieldException(VisibleText.of(unknown.getKey()),
				Objects.toString(unknown.getValue(), null), detail);
		return new WebEndpointResponse<>(problem.view(), WebEndpointResponse.STATUS_BAD_REQUEST,
				TokenBucketsWebExtension.PROBLEM);
	}

	private static String reason(String field, String limit, String otherwise) {
		String property = OF_CONFIGURATION.get(field);
		if (property != null) {
			return OF_GATEWAY.formatted(VisibleText.of(limit), property);
		}
		return switch (field) {
			case "creditWaitMillis" -> "is for each gateway to decide: set openclaw.crdt.credit-wait";
			case "revision", "version" -> "says which configuration a limit comes from: raise openclaw.revision there";
			default -> otherwise;
		};
	}

}
