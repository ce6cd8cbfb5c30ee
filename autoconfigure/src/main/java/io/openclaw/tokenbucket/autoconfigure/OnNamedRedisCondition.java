package io.openclaw.tokenbucket.autoconfigure;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Matches when somebody says where a Redis is: by a property that is not blank, or by a
 * bean of connection details, of a Redis configuration or of a connection factory. Boot
 * makes a connection factory for localhost even when nobody does.
 */
class OnNamedRedisCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String PREFIX = "spring.data.redis.";

	private static final List<String> PROPERTIES = List.of("host", "port", "url", "sentinel", "cluster",
			"masterreplica");

	private static final String BOOT = "org.springframework.boot.data.redis.autoconfigure.";

	// By name, as an application may use Spring Data Redis without Boot's support for it.
	private static final List<String> TYPES = List.of(BOOT + "DataRedisConnectionDetails",
			"org.springframework.data.redis.connection.RedisConfiguration",
			"org.springframework.data.redis.connection.RedisConnectionFactory");

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Named Redis");
		for (String property : PROPERTIES) {
			if (isSet(context.getEnvironment(), PREFIX + property)) {
				return ConditionOutcome.match(message.foundExactly("property " + PREFIX + property));
			}
		}
		ConfigurableListableBeanFactory beans = context.getBeanFactory();
		String bean = (beans != null) ? findBean(beans) : null;
		return (bean != null) ? ConditionOutcome.match(message.foundExactly("bean " + bean))
				: ConditionOutcome.noMatch(message.because("no property and no bean of the user's names one"));
	}

	private static boolean isSet(Environment environment, String property) {
		String value = environment.getProperty(property);
		return (value != null) ? StringUtils.hasText(value)
				: Binder.get(environment).bind(property, Bindable.mapOf(String.class, Object.class)).isBound();
	}

	private static @Nullable String findBean(ConfigurableListableBeanFactory beans) {
		return TYPES.stream()
			.filter((type) -> ClassUtils.isPresent(type, beans.getBeanClassLoader()))
			.map((type) -> ClassUtils.resolveClassName(type, beans.getBeanClassLoader()))
			.flatMap((type) -> Arrays.stream(beans.getBeanNamesForType(type, true, false)))
			.filter((name) -> !isBoots(beans, name))
			.findFirst()
			.orElse(null);
	}

	// Boot's own are made by methods of its auto-configurations.
	private static boolean isBoots(ConfigurableListableBeanFactory beans, String name) {
		if (!beans.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = beans.getBeanDefinition(name);
		String maker = (definition.getFactoryBeanName() != null) ? definition.getFactoryBeanName()
				: definition.getBeanClassName();
		return maker != null && maker.startsWith(BOOT);
	}

}
