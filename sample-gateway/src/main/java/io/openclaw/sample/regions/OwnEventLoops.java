package io.openclaw.sample.regions;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Gives a gateway event loops of its own. Gateways of one process share them otherwise,
 * and the first that is closed takes them along. Stateless.
 */
final class OwnEventLoops implements BeanPostProcessor {

	@Override
	public Object postProcessBeforeInitialization(Object bean, String name) {
		if (bean instanceof ReactorResourceFactory factory) {
			factory.setUseGlobalResources(false);
		}
		return bean;
	}

}
