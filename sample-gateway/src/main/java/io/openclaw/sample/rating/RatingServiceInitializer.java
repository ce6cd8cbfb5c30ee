package io.openclaw.sample.rating;

import java.util.Map;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts a rating service with the gateway and tells the routes where it is, unless
 * {@code sample.rating-service} names one.
 */
class RatingServiceInitializer implements ApplicationContextInitializer<GenericApplicationContext> {

	private static final String PROPERTY = "sample.rating-service";

	@Override
	public void initialize(GenericApplicationContext context) {
		if (context.getEnvironment().containsProperty(PROPERTY)) {
			return;
		}
		RatingService service = new RatingService();
		context.getEnvironment()
			.getPropertySources()
			.addLast(new MapPropertySource("ratingService", Map.of(PROPERTY, service.url())));
		// as a bean it is closed after the web server has answered its last request
		context.registerBean(RatingService.class, () -> service);
	}

}
