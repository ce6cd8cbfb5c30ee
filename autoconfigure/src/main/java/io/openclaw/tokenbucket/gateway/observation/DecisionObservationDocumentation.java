package io.openclaw.tokenbucket.gateway.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of decisions, and their keys.
 */
public enum DecisionObservationDocumentation implements ObservationDocumentation {

	/**
	 * A request that waited for other gateways, or that was rejected. Others have no
	 * observation of their own, which would cost more than the decision.
	 */
	DECISION {

		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultDecisionObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return DecisionKeys.values();
		}

	},

	/**
	 * The server's observation of a request that passed a filter, which Spring makes.
	 * These keys are added to it, for traces only.
	 */
	SERVER {

		@Override
		public String getName() {
			return "http.server.requests";
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return ServerKeys.values();
		}

	};

	/**
	 * Keys of {@link #DECISION}, with few values each.
	 */
	public enum DecisionKeys implements KeyName {

		/**
		 * The limit that rejected the request, or the first that it met; {@code none} if
		 * the caller went away before a decision.
		 */
		BUCKET {

			@Override
			public String asString() {
				return "bucket";
			}

		},

		/**
		 * {@code admitted}, {@code rejected}, {@code shadow_rejected}, or
		 * {@code cancelled} if the caller went away.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "outcome";
			}

		},

		/**
		 * Why it was rejected, as the metrics say it; {@code credit} or {@code level} if
		 * it was admitted; {@code none} if there was no decision.
		 */
		REASON {

			@Override
			public String asString() {
				return "reason";
			}

		},

		/**
		 * Whether the request waited: {@code true} or {@code false}.
		 */
		WAITED {

			@Override
			public String asString() {
				return "waited";
			}

		}

	}

	/**
	 * Keys of {@link #SERVER}.
	 */
	public enum ServerKeys implements KeyName {

		/**
		 * The limits that the request met, separated by commas.
		 */
		LIMIT {

			@Override
			public String asString() {
				return "openclaw.limit";
			}

		},

		/**
		 * {@code admitted} if all admitted it, else {@code rejected}.
		 */
		OUTCOME {

			@Override
			public String asString() {
				return "openclaw.outcome";
			}

		},

		/**
		 * Whether it waited for other gateways: {@code true} or {@code false}.
		 */
		WAITED {

			@Override
			public String asString() {
				return "openclaw.waited";
			}

		}

	}

}
