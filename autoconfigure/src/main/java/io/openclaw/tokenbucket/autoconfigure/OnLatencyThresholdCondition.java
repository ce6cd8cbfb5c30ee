package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches when a latency threshold is configured, for all routes or for some.
 */
class OnLatencyThresholdCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Binder binder = Binder.get(context.getEnvironment());
		String everywhere = binder.bind(ConfiguredLatencyThresholds.EVERYWHERE, String.class).orElse("");
		boolean any = StringUtils.hasText(everywhere)
				|| binder.bind(ConfiguredLatencyThresholds.ROUTES, Bindable.mapOf(String.class, Object.class))
					.isBound();
		ConditionMessage.Builder message = ConditionMessage.forCondition("Latency threshold");
		return any ? ConditionOutcome.match(message.because("one is configured"))
				: ConditionOutcome.noMatch(message.because("none is configured"));
	}

}
