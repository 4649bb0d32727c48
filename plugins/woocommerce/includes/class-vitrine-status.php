<?php
/**
 * What the setup page says of the connection.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads the server's answer to GET /api/v1/store into lines an owner understands. A member that is not there makes no line.
 */
final class Vitrine_Status {

	const MINUTE_MS = 60000;

	/**
	 * The steps of a copy, in their order. Each fills the same share of the bar: how large one is nobody knows before it begins.
	 */
	const STEPS = array( 'settings', 'categories', 'tags', 'brands', 'products', 'variations', 'customers', 'coupons', 'refunds', 'orders', 'reviews', 'webhooks' );

	/**
	 * The answer, or why there is none.
	 *
	 * @var array|WP_Error
	 */
	private $answer;

	/**
	 * What waits here: Vitrine_Queue::status().
	 *
	 * @var array
	 */
	private $queue;

	/**
	 * Of an answer.
	 *
	 * @param array|WP_Error $answer GET /api/v1/store.
	 * @param array          $queue  Vitrine_Queue::status().
	 */
	public function __construct( $answer, array $queue ) {
		$this->answer = $answer;
		$this->queue  = $queue;
	}

	/**
	 * Why there is no answer.
	 *
	 * @return string Empty: there is one.
	 */
	public function problem() {
		return is_wp_error( $this->answer ) ? $this->answer->get_error_message() : '';
	}

	/**
	 * A member by its path, such as `sync.rows`.
	 *
	 * @param string $path Names with points between.
	 * @return mixed NULL when it is not there.
	 */
	private function read( $path ) {
		$at = $this->answer;
		foreach ( explode( '.', $path ) as $name ) {
			if ( ! is_array( $at ) || ! isset( $at[ $name ] ) ) {
				return null;
			}
			$at = $at[ $name ];
		}
		return $at;
	}

	/**
	 * Whether the shop is being copied, or learned from for the first time.
	 *
	 * @return bool
	 */
	public function is_running() {
		if ( ! in_array( $this->read( 'job.state' ), array( 'queued', 'running' ), true ) ) {
			return false;
		}
		return 'sync' === $this->read( 'job.kind' ) || $this->is_learning();
	}

	/**
	 * Whether what was copied is learned from for the first time.
	 *
	 * @return bool
	 */
	private function is_learning() {
		return 'train' === $this->read( 'job.kind' ) && ! $this->read( 'serving.snapshot_version' );
	}

	/**
	 * What is being done.
	 *
	 * @return string
	 */
	public function doing() {
		return $this->is_learning()
			? __( 'Vitrine is learning from what was copied.', 'vitrine' )
			: __( 'The shop is being copied. You may leave this page.', 'vitrine' );
	}

	/**
	 * How far that is.
	 *
	 * @return float|null 0 to 1; null: nobody knows.
	 */
	public function share() {
		$step = array_search( $this->read( 'job.step' ), self::STEPS, true );
		if ( false === $step || 'sync' !== $this->read( 'job.kind' ) ) {
			return null;
		}
		$total = (float) $this->read( 'job.total' );
		$part  = $total > 0 ? max( 0.0, min( 1.0, (float) $this->read( 'job.done' ) / $total ) ) : 0.0;
		return ( $step + $part ) / count( self::STEPS );
	}

	/**
	 * Lines: array( 'name', 'text', 'good' => true, false or null for neither ).
	 *
	 * @return array
	 */
	public function lines() {
		return array_filter( array( $this->open(), $this->catalogue(), $this->sync(), $this->webhooks(), $this->events(), $this->queue(), $this->plan() ) );
	}

	/**
	 * One line.
	 *
	 * @param string    $name What it is about.
	 * @param string    $text What there is to say.
	 * @param bool|null $good See lines().
	 * @return array
	 */
	private static function line( $name, $text, $good = null ) {
		return array(
			'name' => $name,
			'text' => $text,
			'good' => $good,
		);
	}

	/**
	 * The server has no key to the shop any more: somebody took it away there.
	 *
	 * @return array|null
	 */
	private function open() {
		if ( false !== $this->read( 'connected' ) ) {
			return null;
		}
		return self::line( __( 'Key to the shop', 'vitrine' ), __( 'The server has none any more. Connect again with a new code.', 'vitrine' ), false );
	}

	/**
	 * What was copied.
	 *
	 * @return array|null
	 */
	private function catalogue() {
		$counts = $this->read( 'counts' );
		if ( ! is_array( $counts ) ) {
			return null;
		}
		$n = static function ( $name ) use ( $counts ) {
			return isset( $counts[ $name ] ) ? (int) $counts[ $name ] : 0;
		};
		/* translators: %s: a number. */
		$texts[] = sprintf( _n( '%s product', '%s products', $n( 'product' ), 'vitrine' ), number_format_i18n( $n( 'product' ) ) );
		/* translators: %s: a number. */
		$texts[] = sprintf( _n( '%s order', '%s orders', $n( 'order' ), 'vitrine' ), number_format_i18n( $n( 'order' ) ) );
		/* translators: %s: a number. */
		$texts[] = sprintf( _n( '%s customer', '%s customers', $n( 'customer' ), 'vitrine' ), number_format_i18n( $n( 'customer' ) ) );
		return self::line( __( 'Copied', 'vitrine' ), implode( ', ', $texts ) );
	}

	/**
	 * When the shop was copied last.
	 *
	 * @return array|null
	 */
	private function sync() {
		if ( ! is_array( $this->read( 'sync' ) ) ) {
			return null;
		}
		$problem = (string) $this->read( 'sync.problem' );
		if ( '' !== $problem ) {
			return self::line( __( 'Last copy', 'vitrine' ), $problem, false );
		}
		$last = $this->read( 'sync.last_ms' );
		return $last ? self::line( __( 'Last copy', 'vitrine' ), self::ago( $last ), true ) : self::line( __( 'Last copy', 'vitrine' ), __( 'None yet', 'vitrine' ) );
	}

	/**
	 * Whether the shop tells the server what changes.
	 *
	 * @return array|null
	 */
	private function webhooks() {
		$there = $this->read( 'webhooks.registered' );
		$last  = $this->read( 'webhooks.last_ms' );
		if ( null === $there || ( $this->is_running() && ! $last ) ) {
			return null; // they are registered at the end of the first copy.
		}
		if ( 0 === (int) $there || $there < $this->read( 'webhooks.wanted' ) ) {
			return self::line( __( 'Changes in the shop', 'vitrine' ), __( 'Not told at once; they are seen when the shop is copied again.', 'vitrine' ), false );
		}
		/* translators: %s: "5 minutes ago". */
		$text = $last ? sprintf( __( 'Told at once; the last %s', 'vitrine' ), self::ago( $last ) ) : __( 'Told at once; none so far', 'vitrine' );
		return self::line( __( 'Changes in the shop', 'vitrine' ), $text, true );
	}

	/**
	 * What visitors did.
	 *
	 * @return array|null
	 */
	private function events() {
		$n = $this->read( 'events_today' );
		/* translators: %s: a number. */
		return null === $n ? null : self::line( __( 'Visitors today', 'vitrine' ), sprintf( _n( '%s event', '%s events', (int) $n, 'vitrine' ), number_format_i18n( (int) $n ) ) );
	}

	/**
	 * What waits here to be sent.
	 *
	 * @return array
	 */
	private function queue() {
		$waiting = $this->queue['waiting'];
		$dropped = $this->queue['dropped'];
		/* translators: %s: a number. */
		$text = $waiting ? sprintf( _n( '%s message', '%s messages', $waiting, 'vitrine' ), number_format_i18n( $waiting ) ) : __( 'Nothing', 'vitrine' );
		if ( $dropped ) {
			/* translators: 1: "5 messages", 2: a number. */
			$text = sprintf( __( '%1$s; %2$s were given up', 'vitrine' ), $text, number_format_i18n( $dropped ) );
		}
		$problem = $waiting ? $this->queue['problem'] : '';
		return self::line( __( 'Waiting to be sent', 'vitrine' ), '' === $problem ? $text : "$text. $problem", $dropped || '' !== $problem ? false : null );
	}

	/**
	 * Which plan.
	 *
	 * @return array|null
	 */
	private function plan() {
		$plan = $this->read( 'plan' );
		if ( ! is_string( $plan ) ) {
			return null;
		}
		return self::line( __( 'Plan', 'vitrine' ), 'self-hosted' === $plan ? __( 'Your own server, everything included', 'vitrine' ) : $plan );
	}

	/**
	 * "5 minutes ago".
	 *
	 * @param int|float $ms UTC milliseconds.
	 * @return string
	 */
	private static function ago( $ms ) {
		if ( time() * 1000 - $ms < self::MINUTE_MS ) {
			return __( 'just now', 'vitrine' );
		}
		/* translators: %s: "5 minutes". */
		return sprintf( __( '%s ago', 'vitrine' ), human_time_diff( (int) ( $ms / 1000 ), time() ) );
	}
}
