package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

import io.openclaw.tokenbucket.console.ConsoleRoutes;

/**
 * {@link ManagementContextConfiguration} that serves the console where the endpoints are,
 * be that a port of their own.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass(RouterFunction.class)
@ConditionalOnBooleanProperty("openclaw.console.enabled")
@ConditionalOnBean(ConsoleRoutes.class)
public final class OpenClawConsoleManagementConfiguration {

	@Bean
	RouterFunction<ServerResponse> openClawConsoleRouterFunction(ConsoleRoutes console) {
		return console.routes();
	}

}
