package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter;
import org.springframework.context.annotation.ContextAnnotationAutowireCandidateResolver;

/**
 * Has a parameter or field that is a {@link RateLimiter} and is named
 * {@code tokenBucketRateLimiter} get the bean of that name. It is a fallback, so that the
 * gateway's default stays what it is, and Spring prefers any other bean to a fallback
 * before it looks at names: the gateway's own would be injected without a word.
 */
final class NamedRateLimiterProcessor implements BeanFactoryPostProcessor {

	static final String BEAN = "tokenBucketRateLimiter";

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory instanceof DefaultListableBeanFactory beans && beans.getAutowireCandidateResolver()
			.getClass() == ContextAnnotationAutowireCandidateResolver.class) {
			Resolver resolver = new Resolver();
			resolver.setBeanFactory(beans);
			beans.setAutowireCandidateResolver(resolver);
		}
	}

	private static final class Resolver extends ContextAnnotationAutowireCandidateResolver {

		@Override
		public boolean isAutowireCandidate(BeanDefinitionHolder holder, DependencyDescriptor descriptor) {
			return super.isAutowireCandidate(holder, descriptor)
					&& (!isNamed(descriptor) || BEAN.equals(holder.getBeanName()) || hasQualifier(descriptor));
		}

		private static boolean isNamed(DependencyDescriptor descriptor) {
			return BEAN.equals(descriptor.getDependencyName())
					&& RateLimiter.class.isAssignableFrom(descriptor.getDependencyType());
		}

	}

}
