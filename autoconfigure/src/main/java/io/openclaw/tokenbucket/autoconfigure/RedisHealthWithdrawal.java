package io.openclaw.tokenbucket.autoconfigure;

import java.util.Set;
import java.util.TreeSet;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.ReactiveHealthContributor;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Withdraws Boot's health indicator {@code redis} where nothing but token buckets uses
 * that Redis. It answers 503 while Redis is down; a gateway that still limits must not be
 * restarted or taken out of service for that. The component
 * {@code tokenBucketReplication} tells instead.
 */
final class RedisHealthWithdrawal implements SmartInitializingSingleton {

	static final String PROPERTY = "management.health.redis.enabled";

	private static final Log logger = LogFactory.getLog(RedisHealthWithdrawal.class);

	private static final String CONTRIBUTOR = "redis";

	// Templates, converters and the like are there in every application with Redis: what
	// counts is who uses them.
	private static final String MEANS = "org.springframework.data.redis.core.";

	private static final String RATE_LIMITER_OF_THE_GATEWAY = "redisRateLimiter";

	private final ConfigurableListableBeanFactory beans;

	private final Environment environment;

	private final ObjectProvider<HealthContributorRegistry> registry;

	private final ObjectProvider<ReactiveHealthContributorRegistry> reactiveRegistry;

	RedisHealthWithdrawal(ConfigurableListableBeanFactory beans, Environment environment,
			ObjectProvider<HealthContributorRegistry> registry,
			ObjectProvider<ReactiveHealthContributorRegistry> reactiveRegistry) {
		this.beans = beans;
		this.environment = environment;
		this.registry = registry;
		this.reactiveRegistry = reactiveRegistry;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (isWanted() || isLazy()) {
			return;
		}
		Set<String> users = new TreeSet<>();
		for (String factory : this.beans.getBeanNamesForType(RedisConnectionFactory.class, true, false)) {
			addUsers(factory, users);
		}
		if (users.isEmpty()) {
			withdraw();
		}
		else {
			logger.info("The health indicator 'redis' stays, since Redis is also used by " + users);
		}
	}

	private void withdraw() {
		this.registry.ifAvailable((all) -> all.unregisterContributor(CONTRIBUTOR));
		this.reactiveRegistry.ifAvailable((all) -> all.unregisterContributor(CONTRIBUTOR));
		logger
			.info("The health indicator 'redis' is withdrawn: only token buckets use Redis, and while it is down this "
					+ "gateway goes on limiting. " + PROPERTY + "=true keeps it");
	}

	private boolean isWanted() {
		return this.environment.containsProperty(PROPERTY) || Binder.get(this.environment)
			.bind("management.endpoint.health.group", Bindable.mapOf(String.class, Group.class))
			.map((groups) -> groups.values().stream().anyMatch(Group::isWithRedis))
			.orElse(false);
	}

	// Who will use Redis is not known yet.
	private boolean isLazy() {
		return this.environment.getProperty("spring.main.lazy-initialization", Boolean.class, false);
	}

	private void addUsers(String bean, Set<String> users) {
		for (String user : this.beans.getDependentBeans(bean)) {
			Class<?> type = this.beans.containsBean(user) ? this.beans.getType(user, false) : null;
			if (type != null && type.getName().startsWith(MEANS)) {
				addUsers(user, users);
			}
			else if (!RATE_LIMITER_OF_THE_GATEWAY.equals(user) && (type == null || !isNoUser(type))) {
				users.add(user);
			}
		}
	}

	private static boolean isNoUser(Class<?> type) {
		return type.getName().startsWith("io.openclaw.tokenbucket.") || HealthContributor.class.isAssignableFrom(type)
				|| ReactiveHealthContributor.class.isAssignableFrom(type);
	}

	/**
	 * A group of health indicators.
	 *
	 * @param include the names of those that belong to it
	 */
	record Group(@Nullable Set<String> include) {

		boolean isWithRedis() {
			return this.include != null && this.include.contains(CONTRIBUTOR);
		}

	}

}
