package io.openclaw.tokenbucket.autoconfigure;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.openclaw.tokenbucket.limiter.membership.FleetState;

import static org.assertj.core.api.Assertions.assertThat;

class ReplacedGatewayTests {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final ReplacedGateway gateway = start();

	private ReplacedGateway start() {
		this.context.registerBean(ApplicationAvailabilityBean.class);
		this.context.registerBean(ReplacedGateway.class, () -> new ReplacedGateway(this.context));
		this.context.refresh();
		return this.context.getBean(ReplacedGateway.class);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void aGatewayThatIsReplacedIsNotReady() {
		AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		this.gateway.onStateChange(FleetState.HEALTHY, FleetState.DEGRADED);
		assertThat(readiness()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
		this.gateway.onStateChange(FleetState.DEGRADED, FleetState.REPLACED);
		assertThat(readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
	}

	@Test
	void aGatewayThatIsReplacedBeforeItHasStartedIsNotReadyThen() {
		this.gateway.onStateChange(FleetState.JOINING, FleetState.REPLACED);
		AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		assertThat(readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
	}

	@Test
	void aGatewayThatIsRefusedIsReadyAgainOnceItIsNot() {
		this.gateway.onStateChange(FleetState.JOINING, FleetState.REFUSED);
		this.gateway.onStateChange(FleetState.REFUSED, FleetState.JOINING);
		assertThat(readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		this.gateway.onStateChange(FleetState.JOINING, FleetState.REFUSED);
		assertThat(readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		this.gateway.onStateChange(FleetState.REFUSED, FleetState.HEALTHY);
		assertThat(readiness()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
	}

	private ReadinessState readiness() {
		return this.context.getBean(ApplicationAvailability.class).getReadinessState();
	}

}
