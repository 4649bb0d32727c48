<?php
/**
 * Messages on their way to the server.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Keeps what the shop has to tell until the server has it. A request writes its messages in one statement when it has answered; a job in the
 * background sends them in batches, waits longer after each failure, and lets go of what is a week old or too much.
 *
 * A message may have a name: an unsent one of the same name is replaced, since only the newest state of a thing counts.
 */
final class Vitrine_Queue {

	const HOOK         = 'vitrine_send';
	const TABLE        = 'queue';
	const STATE        = 'vitrine_queue';
	const BATCH        = 200;
	const BATCH_BYTES  = 500000;
	const BODY_BYTES   = 60000;   // Of one message.
	const MOST_ROWS    = 20000;
	const MOST_SECONDS = 604800;  // Older than a week is told to nobody.
	const DELAY        = 30;      // Seconds that messages gather.
	const FIRST_PAUSE  = 30;
	const LONGEST      = 14400;
	const LATE         = 600;     // A job this late has been lost.
	const RUN_SECONDS  = 20;
	const NO_STATE     = array(
		'due'      => 0,   // When the job is to run; 0: none is planned.
		'tries'    => 0,   // Failures in a row.
		'sent'     => 0,
		'dropped'  => 0,   // Too old or too many.
		'rejected' => 0,   // The server called them wrong.
		'problem'  => '',  // The last one, a sentence.
		'sent_at'  => 0,
		'cleaned'  => 0,
	);

	/**
	 * Messages of this request: rows array( uid, name, body ).
	 *
	 * @var array
	 */
	private static $waiting = array();

	/**
	 * Whether a message is in a hurry.
	 *
	 * @var bool
	 */
	private static $urgent = false;

	/**
	 * Something to tell. Costs nothing but memory until the request has answered.
	 *
	 * @param string $kind    event, cart, identity, stock or order.
	 * @param array  $message Members of that kind.
	 * @param string $name    '' or what the message is about: an unsent message of the same name is replaced.
	 * @param bool   $urgent  Send as soon as may be, not with the next batch.
	 */
	public static function add( $kind, array $message, $name = '', $urgent = false ) {
		$uid  = bin2hex( random_bytes( 12 ) );
		$head = array(
			'id'      => $uid,
			'kind'    => $kind,
			'time_ms' => (int) floor( microtime( true ) * 1000 ),
		);
		$body = wp_json_encode( $head + $message );
		if ( false === $body || strlen( $body ) > self::BODY_BYTES ) {
			return;
		}
		$row          = array( $uid, '' === $name ? null : substr( $name, 0, 100 ), $body );
		$is_first     = ! self::$waiting;
		self::$urgent = self::$urgent || $urgent;
		if ( null === $row[1] ) {
			self::$waiting[] = $row;
		} else {
			self::$waiting[ 'n' . $row[1] ] = $row;
		}
		if ( count( self::$waiting ) >= self::BATCH ) {
			self::write();
		} elseif ( $is_first ) {
			Vitrine_Late::add( array( __CLASS__, 'write' ) );
		}
	}

	/**
	 * Writes what waits and sees to it that a job will send it.
	 */
	public static function write() {
		global $wpdb;
		$rows          = self::$waiting;
		self::$waiting = array();
		if ( ! $rows ) {
			return;
		}
		$places = array();
		$values = array();
		foreach ( $rows as $row ) {
			$places[] = null === $row[1] ? '(%s, NULL, %s, %d)' : '(%s, %s, %s, %d)';
			array_push( $values, ...( null === $row[1] ? array( $row[0], $row[2] ) : $row ) );
			$values[] = time();
		}
		$sql = 'INSERT INTO [table] (uid, name, body, made) VALUES ' . implode( ', ', $places ) . ' ON DUPLICATE KEY UPDATE uid = VALUES(uid), body = VALUES(body), made = VALUES(made)';
		if ( false === Vitrine_Table::ask( self::TABLE, 'query', $sql, $values ) ) {
			return;
		}
		if ( $wpdb->insert_id % 1000 < count( $rows ) ) {
			self::trim();
		}
		self::plan_soon();
	}

	/**
	 * Plans the job unless it is planned. What is in a hurry goes by WP-Cron besides, which runs with the next request at the latest.
	 */
	private static function plan_soon() {
		$state = self::state();
		if ( self::$urgent && 0 === $state['tries'] && ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_single_event( time(), self::HOOK );
			if ( ! self::is_page() ) {
				spawn_cron();
			}
		}
		self::$urgent = false;
		if ( $state['due'] < time() - self::LATE ) {
			self::plan( $state, self::DELAY );
		}
	}

	/**
	 * Whether a visitor waits for this request.
	 *
	 * @return bool
	 */
	private static function is_page() {
		return ! is_admin() && ! wp_doing_cron() && ! ( defined( 'WP_CLI' ) && WP_CLI );
	}

	/**
	 * Plans the job by Action Scheduler, or WP-Cron where that is missing.
	 *
	 * @param array $state   Of the queue; `due` is set and kept.
	 * @param int   $seconds From now.
	 */
	private static function plan( array $state, $seconds ) {
		$state['due'] = time() + $seconds;
		update_option( self::STATE, $state, true );
		if ( function_exists( 'as_schedule_single_action' ) && did_action( 'action_scheduler_init' ) ) {
			as_schedule_single_action( $state['due'], self::HOOK, array(), 'vitrine' );
		} else {
			wp_schedule_single_event( $state['due'], self::HOOK );
		}
	}

	/**
	 * Seconds to wait after failures in a row: each time twice as long, up to four hours, and a tenth by chance, so that
	 * many shops do not come back in the same second.
	 *
	 * @param int   $failures 1 or more.
	 * @param float $chance   0 to 1.
	 * @return int
	 */
	public static function pause( $failures, $chance ) {
		$seconds = min( self::LONGEST, self::FIRST_PAUSE * pow( 2, min( 20, max( 1, $failures ) - 1 ) ) );
		return (int) round( $seconds * ( 1 + 0.1 * $chance ) );
	}

	/**
	 * The job. One that was planned before the server failed waits like the others.
	 */
	public static function job() {
		$state = self::state();
		if ( 0 === $state['tries'] || $state['due'] <= time() ) {
			self::send();
		}
	}

	/**
	 * Sends batch after batch until nothing waits, the server cannot, or the time is over. Two never run at once.
	 */
	public static function send() {
		global $wpdb;
		if ( ! Vitrine_Options::is_connected() ) {
			return;
		}
		$lock = substr( 'vitrine_send_' . $wpdb->prefix . DB_NAME, 0, 64 );
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery
		if ( '0' === $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, 0)', $lock ) ) ) {
			return;                                         // A database without locks answers null: told twice counts once.
		}
		self::run();
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery
		$wpdb->query( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $lock ) );
	}

	/**
	 * What send() does while it holds the lock.
	 */
	private static function run() {
		self::trim();
		$until = microtime( true ) + self::RUN_SECONDS;
		$tally = array(
			'sent'     => 0,
			'rejected' => 0,
			'problem'  => '',
		);
		do {
			$rows = self::next_rows();
			$fine = ! $rows || self::deliver( $rows, $tally );
		} while ( $rows && $fine && microtime( true ) < $until );
		self::note( $tally, $fine, (bool) $rows );
	}

	/**
	 * The oldest messages, as many as go into one request.
	 *
	 * @return array Rows with id, uid, body.
	 */
	private static function next_rows() {
		$rows  = (array) Vitrine_Table::ask( self::TABLE, 'get_results', 'SELECT id, uid, body FROM [table] ORDER BY id LIMIT %d', array( self::BATCH ) );
		$bytes = 0;
		foreach ( $rows as $i => $row ) {
			$bytes += strlen( $row->body );
			if ( $i && $bytes > self::BATCH_BYTES ) {
				return array_slice( $rows, 0, $i );
			}
		}
		return $rows;
	}

	/**
	 * Sends rows. What the server calls wrong as a whole is sent in halves, until the one that is wrong stands alone and is let go.
	 *
	 * @param array $rows  Of next_rows().
	 * @param array $tally sent, rejected, problem.
	 * @return bool False when the server cannot take them now.
	 */
	private static function deliver( array $rows, array &$tally ) {
		$messages = array();
		foreach ( $rows as $row ) {
			$message = json_decode( $row->body, true );
			if ( is_array( $message ) ) {
				$messages[] = 'cart' === $message['kind'] ? Vitrine_Carts::finish( $message ) : $message;
			}
		}
		$answer = $messages ? Vitrine_Client::batch( $messages ) : array();
		if ( ! is_wp_error( $answer ) ) {
			self::forget( $rows );
			self::tell( $answer, count( $messages ), $tally );
			return true;
		}
		$tally['problem'] = $answer->get_error_message();
		$data             = $answer->get_error_data();
		if ( ! in_array( isset( $data['status'] ) ? (int) $data['status'] : 0, array( 400, 413 ), true ) ) {
			return false;
		}
		if ( 1 === count( $rows ) ) {
			self::forget( $rows );
			++$tally['rejected'];
			return true;
		}
		$half = (int) ceil( count( $rows ) / 2 );
		return self::deliver( array_slice( $rows, 0, $half ), $tally ) && self::deliver( array_slice( $rows, $half ), $tally );
	}

	/**
	 * Counts an answer.
	 *
	 * @param array $answer Of the server.
	 * @param int   $n      Messages sent.
	 * @param array $tally  sent, rejected, problem.
	 */
	private static function tell( array $answer, $n, array &$tally ) {
		$bad                = isset( $answer['rejected'] ) && is_array( $answer['rejected'] ) ? $answer['rejected'] : array();
		$tally['rejected'] += count( $bad );
		$tally['sent']     += $n - count( $bad );
		$last               = end( $bad );
		if ( isset( $last['message'] ) && is_string( $last['message'] ) ) {
			$tally['problem'] = $last['message'];
		}
	}

	/**
	 * Deletes rows that are done. One that was replaced meanwhile has another uid and stays.
	 *
	 * @param array $rows Of next_rows().
	 */
	private static function forget( array $rows ) {
		$values = array();
		foreach ( $rows as $row ) {
			array_push( $values, (int) $row->id, $row->uid );
		}
		Vitrine_Table::ask( self::TABLE, 'query', 'DELETE FROM [table] WHERE (id, uid) IN (' . Vitrine_Table::holes( '(%d, %s)', count( $rows ) ) . ')', $values );
	}

	/**
	 * Notes how it went and plans the next run where there is more.
	 *
	 * @param array $tally sent, rejected, problem.
	 * @param bool  $fine  Whether the server took what it was sent.
	 * @param bool  $more  Whether something waits.
	 */
	private static function note( array $tally, $fine, $more ) {
		$state              = self::state();
		$state['sent']     += $tally['sent'];
		$state['rejected'] += $tally['rejected'];
		$state['problem']   = $tally['problem'];
		$state['tries']     = $fine ? 0 : $state['tries'] + 1;
		$state['sent_at']   = $tally['sent'] ? time() : $state['sent_at'];
		$state['due']       = $state['due'] > time() ? $state['due'] : 0;   // Sent before its time: the job comes all the same.
		if ( $state['cleaned'] < time() - DAY_IN_SECONDS ) {
			$state['cleaned'] = time();
			Vitrine_Carts::clean();
			Vitrine_Offer_Log::clean();
		}
		if ( ! $fine ) {
			self::plan( $state, self::pause( $state['tries'], wp_rand( 0, 1000 ) / 1000 ) );
		} elseif ( $more ) {
			self::plan( $state, 1 );
		} else {
			update_option( self::STATE, $state, true );
		}
	}

	/**
	 * Lets go of what is too old and, the oldest first, of what is too much.
	 */
	private static function trim() {
		$gone = (int) Vitrine_Table::ask( self::TABLE, 'query', 'DELETE FROM [table] WHERE made < %d', array( time() - self::MOST_SECONDS ) );
		$over = (int) Vitrine_Table::ask( self::TABLE, 'get_var', 'SELECT COUNT(*) FROM [table] WHERE id > %d', array( 0 ) ) - self::MOST_ROWS;
		if ( $over > 0 ) {
			$gone += (int) Vitrine_Table::ask( self::TABLE, 'query', 'DELETE FROM [table] ORDER BY id LIMIT %d', array( $over ) );
		}
		if ( $gone ) {
			$state             = self::state();
			$state['dropped'] += $gone;
			update_option( self::STATE, $state, true );
		}
	}

	/**
	 * How things stand, for the status page.
	 *
	 * @return array NO_STATE's members; `waiting` messages, the `oldest` from that second on (0: none).
	 */
	public static function status() {
		$row = Vitrine_Table::ask( self::TABLE, 'get_row', 'SELECT COUNT(*) AS waiting, COALESCE(MIN(made), 0) AS oldest FROM [table] WHERE id > %d', array( 0 ) );
		return self::state() + array(
			'waiting' => $row ? (int) $row->waiting : 0,
			'oldest'  => $row ? (int) $row->oldest : 0,
		);
	}

	/**
	 * The kept state; costs no query, it is loaded with WordPress.
	 *
	 * @return array
	 */
	private static function state() {
		$row = get_option( self::STATE, array() );
		return array_merge( self::NO_STATE, is_array( $row ) ? array_intersect_key( $row, self::NO_STATE ) : array() );
	}

	/**
	 * Makes the table; again is harmless.
	 */
	public static function install() {
		Vitrine_Table::make(
			self::TABLE,
			'id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			uid char(24) NOT NULL,
			name varchar(100) DEFAULT NULL,
			body longtext NOT NULL,
			made int(10) unsigned NOT NULL,
			PRIMARY KEY  (id),
			UNIQUE KEY name (name),
			KEY made (made)'
		);
		add_option( self::STATE, self::NO_STATE, '', 'yes' );
	}

	/**
	 * Takes all of it away.
	 */
	public static function remove() {
		Vitrine_Table::drop( self::TABLE );
		delete_option( self::STATE );
	}
}
