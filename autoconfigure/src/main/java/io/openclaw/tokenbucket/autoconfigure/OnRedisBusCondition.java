package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches when there is any Redis to replicate through: the application's own, if
 * somebody names it, or a further bus.
 */
class OnRedisBusCondition extends OnNamedRedisCondition {

	static final String BUSES = "openclaw.crdt.buses";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		return hasBuses(context.getEnvironment())
				? ConditionOutcome.match(ConditionMessage.forCondition("Redis bus").foundExactly("property " + BUSES))
				: super.getMatchOutcome(context, metadata);
	}

	static boolean hasBuses(Environment environment) {
		return Binder.get(environment).bind(BUSES, Bindable.mapOf(String.class, Object.class)).isBound();
	}

}
